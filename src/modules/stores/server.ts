/** The back door of stores: what other modules may read and do. */
export { houseNamesOf } from './house-names.server.ts';
export { findProgramme, foundProgramme, programmeOf, updateProgramme } from './programme.server.ts';
export { createStore, listStores, storeOf } from './places.server.ts';
export { createCategory } from './categories.server.ts';
export { findImage } from './images.server.ts';
export { productImport } from './product-import.server.ts';
export { createProduct } from './products.server.ts';
export { storeImport } from './store-import.server.ts';
export { createTaxClass, taxesOf } from './tax.server.ts';
export {
	catalogueOf,
	findProductByBarcode,
	listCategories,
	listProducts,
	productsByIds,
	type ProductSearch
} from './catalogue.server.ts';
