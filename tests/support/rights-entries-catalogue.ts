import type { Entry } from './rights-entry.ts';
import { customersPeople, desk, owner } from './rights-entry.ts';

/** Who may call what of the catalogue and of imports; see rights-entry.ts for how to write an entry. */

/** What concerns every store is not for a manager of one. */
const wide: Entry['who'] = ['console owner', 'console manager'];
const store = {
	name: 'Quay',
	city: 'Hamburg',
	address: null,
	timeZone: 'Europe/Berlin',
	currency: 'EUR',
	pricesIncludeTax: true,
	hours: null
};
const product = (categoryId: string) => ({
	categoryId,
	name: 'Plum cake',
	brand: null,
	description: null,
	barcode: null,
	moreBarcodes: [],
	unit: 'piece',
	priceCents: 320,
	costCents: null,
	taxClassId: null
});
/** Which file it is decides who may go on with it; of one that is not there nobody is told more. */
const asking: Entry['who'] = [...wide, 'console key-account', 'console reader'];
const noImport = {
	who: asking,
	answers: 'import.unknown',
	trail: { none: 'no file of the world is on its way' }
} as const;
const query = { text: '', categoryId: null, state: 'onSale', sort: 'name', descending: false, cursor: null };

export const catalogueEntries: Record<string, Entry> = {
	'admin.stores.places': { who: desk },
	'admin.stores.store': {
		who: desk,
		input: ({ shop }) => ({ id: shop.storeId }),
		there: ({ shop }) => ({ id: shop.otherStoreId })
	},
	'admin.stores.openStore': { who: owner, input: ({ key }) => ({ key: key(), store }), trail: 'kept' },
	'admin.stores.editStore': {
		who: owner,
		input: ({ key, shop }) => ({ key: key(), id: shop.storeId, version: 1, store }),
		trail: 'kept'
	},
	'admin.stores.archiveStore': {
		who: owner,
		input: ({ key, shop }) => ({ key: key(), id: shop.storeId, archived: true }),
		trail: 'kept'
	},
	'admin.stores.products': { who: customersPeople, input: () => query },
	'admin.stores.product': { who: customersPeople, input: ({ shop }) => ({ id: shop.products.bread.id }) },
	'admin.stores.productChoices': { who: customersPeople },
	'admin.stores.createProduct': {
		who: wide,
		input: ({ key, shop }) => ({ key: key(), product: product(shop.categories.food) }),
		trail: 'kept'
	},
	'admin.stores.editProduct': {
		who: wide,
		input: ({ key, shop }) => ({
			key: key(),
			id: shop.products.bread.id,
			version: 1,
			product: product(shop.categories.food)
		}),
		trail: 'kept'
	},
	'admin.stores.archiveProduct': {
		who: wide,
		input: ({ key, shop }) => ({ key: key(), id: shop.products.bread.id, archived: true }),
		trail: 'kept'
	},
	'admin.stores.giveImage': {
		who: wide,
		input: ({ shop }) => ({ productId: shop.products.bread.id, bytes: new Uint8Array(64) }),
		answers: 'image.form',
		trail: { none: 'the bytes are no picture' }
	},
	'admin.stores.takeImageAway': {
		who: wide,
		input: ({ key, shop }) => ({ key: key(), productId: shop.products.bread.id }),
		trail: { none: 'the product has no picture' }
	},
	'admin.stores.categories': { who: customersPeople },
	'admin.stores.createCategory': { who: wide, input: ({ key }) => ({ key: key(), name: 'Cakes' }), trail: 'kept' },
	'admin.stores.renameCategory': {
		who: wide,
		input: ({ key, shop }) => ({ key: key(), id: shop.categories.food, version: 1, name: 'Groceries' }),
		trail: 'kept'
	},
	'admin.stores.orderCategories': {
		who: wide,
		input: ({ key, shop }) => ({ key: key(), ids: [shop.categories.deposits, shop.categories.food] }),
		trail: 'kept'
	},
	'admin.stores.archiveCategory': {
		who: wide,
		input: ({ key, shop }) => ({ key: key(), id: shop.categories.food, archived: true }),
		answers: 'category.in_use',
		trail: { none: 'goods of it are on sale' }
	},
	'admin.stores.createTaxClass': {
		who: owner,
		input: ({ key }) => ({ key: key(), name: 'Reduced', ratePcm: 7000, ordinary: true }),
		trail: 'kept'
	},
	'admin.stores.editTaxClass': {
		who: owner,
		input: ({ key }) => ({ key: key(), id: 'tax_none', version: 1, name: 'Reduced', ratePcm: 7000, ordinary: true }),
		answers: 'tax.unknown',
		trail: { none: 'the world has no tax class' }
	},
	'admin.stores.archiveTaxClass': {
		who: owner,
		input: ({ key }) => ({ key: key(), id: 'tax_none' }),
		answers: 'tax.unknown',
		trail: { none: 'the world has no tax class' }
	},
	'admin.stores.clock': { who: desk },
	'admin.stores.exportProducts': { who: customersPeople, input: () => ({ after: null }) },
	'admin.stores.exportStores': { who: desk },
	'admin.imports.list': { who: asking, input: () => ({ kind: null, cursor: null }) },
	'admin.imports.columns': { who: wide, input: () => ({ kind: 'products' }) },
	'admin.imports.begin': {
		who: wide,
		input: ({ key }) => ({ key: key(), kind: 'products', fileName: 'goods.csv', bytes: 10 }),
		trail: { none: 'nothing is carried out before it is confirmed' }
	},
	'admin.imports.get': { ...noImport, input: () => ({ id: 'imp_none' }) },
	'admin.imports.look': { ...noImport, input: () => ({ id: 'imp_none', form: null }) },
	'admin.imports.refused': { ...noImport, input: () => ({ id: 'imp_none', after: 0 }) },
	'admin.imports.check': {
		...noImport,
		input: ({ key }) => ({
			key: key(),
			id: 'imp_none',
			form: { encoding: 'utf-8', delimiter: ',' },
			matching: ['name']
		})
	},
	'admin.imports.confirm': { ...noImport, input: ({ key }) => ({ key: key(), id: 'imp_none' }) },
	'admin.imports.cancel': { ...noImport, input: ({ key }) => ({ key: key(), id: 'imp_none' }) },
	'admin.imports.noteTaken': { ...noImport, input: () => ({ id: 'imp_none' }) },
	'admin.imports.forget': { ...noImport, input: ({ key }) => ({ key: key(), id: 'imp_none' }) },
	'admin.imports.piece': { ...noImport, input: () => ({ id: 'imp_none', number: 0, bytes: new Uint8Array(4) }) }
};
