/** The back door of stores: what other modules may read and do. */
export { findProgramme, foundProgramme, programmeOf, updateProgramme } from './programme.server.ts';
export { createStore, listStores, storeOf } from './places.server.ts';
export {
	catalogueOf,
	createCategory,
	createProduct,
	findProductByBarcode,
	listCategories,
	listProducts,
	productsByIds,
	type ProductSearch
} from './catalogue.server.ts';
