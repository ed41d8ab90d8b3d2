import * as z from 'zod/mini';
import { inTransaction } from '#platform/db';
import { withinReach } from '#platform/reach';
import { procedure, wideProcedure } from '#platform/trpc';
import { writeOnce } from '#platform/write';
import { listCategories } from './catalogue.server.ts';
import {
	archiveCategory,
	categoryRows,
	createCategory,
	mostCategories,
	orderCategories,
	renameCategory
} from './categories.server.ts';
import { productPart, storePart } from './export.server.ts';
import { allStores } from './places.server.ts';
import { productSorts, productStates } from './index.ts';
import { giveImage, takeImageAway } from './images.server.ts';
import { listedProducts, productCounts, productView } from './product-views.server.ts';
import { archiveProduct, createProduct, editProduct } from './products.server.ts';
import { programmeOf } from './programme.server.ts';
import { archiveTaxClass, createTaxClass, editTaxClass, listTaxClasses } from './tax.server.ts';

const id = z.string().check(z.maxLength(64));
const key = z.string().check(z.maxLength(64));
const name = z.string().check(z.maxLength(1000));
const version = z.int();

/** The form alone: what is wrong with a field is said by the rules, beside it. */
const productForm = z.strictObject({
	categoryId: id,
	name,
	brand: z.nullable(name),
	description: z.nullable(z.string().check(z.maxLength(10_000))),
	barcode: z.nullable(z.string().check(z.maxLength(200))),
	moreBarcodes: z.array(z.string().check(z.maxLength(200))).check(z.maxLength(100)),
	unit: z.enum(['piece', 'kilogram']),
	priceCents: z.number(),
	costCents: z.nullable(z.number()),
	taxClassId: z.nullable(id)
});
const archiving = z.object({ key, id, archived: z.boolean() });

/** What a person does with goods: products, their pictures, categories, tax classes, files of them. */
export const catalogueProcedures = {
	products: procedure('products.read')
		.input(
			z.object({
				text: z.string().check(z.maxLength(200)),
				categoryId: z.nullable(id),
				state: z.enum(productStates),
				sort: z.enum(productSorts),
				descending: z.boolean(),
				cursor: z.nullable(z.string().check(z.maxLength(1000)))
			})
		)
		.query(async ({ ctx, input }) => {
			const [page, counts, categories, { timeZone, currency }] = await Promise.all([
				listedProducts(ctx.db, input),
				productCounts(ctx.db, input),
				listCategories(ctx.db),
				programmeOf(ctx.db)
			]);
			return { ...page, counts, categories, timeZone, currency };
		}),

	product: procedure('products.read')
		.input(z.object({ id }))
		.query(async ({ ctx, input }) => {
			const [product, { timeZone, currency }] = await Promise.all([productView(ctx.db, input.id), programmeOf(ctx.db)]);
			return { ...product, timeZone, currency };
		}),

	/** Whose days and hours the console speaks of. */
	clock: procedure('console.use').query(async ({ ctx }) => ({ timeZone: (await programmeOf(ctx.db)).timeZone })),

	/** What a product's form offers. */
	productChoices: procedure('products.read').query(async ({ ctx }) => {
		const [categories, taxClasses, { timeZone, currency }] = await Promise.all([
			listCategories(ctx.db),
			listTaxClasses(ctx.db),
			programmeOf(ctx.db)
		]);
		return { categories, taxClasses, timeZone, currency };
	}),

	createProduct: wideProcedure('products.write')
		.input(z.object({ key, product: productForm }))
		.mutation(({ ctx, input }) =>
			writeOnce(ctx, 'products.create', input, (tx) => createProduct(tx, input.product, ctx.now, ctx))
		),

	editProduct: wideProcedure('products.write')
		.input(z.object({ key, id, version, product: productForm }))
		.mutation(({ ctx, input }) =>
			writeOnce(ctx, 'products.edit', input, (tx) =>
				editProduct(tx, { id: input.id, version: input.version, ...input.product }, ctx, ctx.now)
			)
		),

	archiveProduct: wideProcedure('products.write')
		.input(archiving)
		.mutation(({ ctx, input }) =>
			writeOnce(ctx, 'products.archive', input, async (tx) => {
				await archiveProduct(tx, input, ctx, ctx.now);
				return null;
			})
		),

	/** The route that takes a picture hands its bytes over in-process: they never cross as JSON. */
	giveImage: wideProcedure('products.write')
		.input(z.object({ productId: id, bytes: z.instanceof(Uint8Array) }))
		.mutation(({ ctx, input }) => inTransaction(ctx.db, (tx) => giveImage(tx, input, ctx, ctx.now))),

	takeImageAway: wideProcedure('products.write')
		.input(z.object({ key, productId: id }))
		.mutation(({ ctx, input }) =>
			writeOnce(ctx, 'products.take_image_away', input, async (tx) => {
				await takeImageAway(tx, input, ctx, ctx.now);
				return null;
			})
		),

	categories: procedure('products.read').query(({ ctx }) => categoryRows(ctx.db)),

	createCategory: wideProcedure('products.write')
		.input(z.object({ key, name }))
		.mutation(({ ctx, input }) =>
			writeOnce(ctx, 'categories.create', input, (tx) => createCategory(tx, { name: input.name }, ctx.now, ctx))
		),

	renameCategory: wideProcedure('products.write')
		.input(z.object({ key, id, version, name }))
		.mutation(({ ctx, input }) =>
			writeOnce(ctx, 'categories.rename', input, async (tx) => {
				await renameCategory(tx, input, ctx, ctx.now);
				return null;
			})
		),

	orderCategories: wideProcedure('products.write')
		.input(z.object({ key, ids: z.array(id).check(z.maxLength(mostCategories)) }))
		.mutation(({ ctx, input }) =>
			writeOnce(ctx, 'categories.order', input, async (tx) => {
				await orderCategories(tx, input, ctx, ctx.now);
				return null;
			})
		),

	archiveCategory: wideProcedure('products.write')
		.input(archiving)
		.mutation(({ ctx, input }) =>
			writeOnce(ctx, 'categories.archive', input, async (tx) => {
				await archiveCategory(tx, input, ctx, ctx.now);
				return null;
			})
		),

	createTaxClass: wideProcedure('programme.write')
		.input(z.object({ key, name, ratePcm: z.number(), ordinary: z.boolean() }))
		.mutation(({ ctx, input }) => writeOnce(ctx, 'tax.create', input, (tx) => createTaxClass(tx, input, ctx.now, ctx))),

	editTaxClass: wideProcedure('programme.write')
		.input(z.object({ key, id, version, name, ratePcm: z.number(), ordinary: z.boolean() }))
		.mutation(({ ctx, input }) =>
			writeOnce(ctx, 'tax.edit', input, async (tx) => {
				await editTaxClass(tx, input, ctx, ctx.now);
				return null;
			})
		),

	archiveTaxClass: wideProcedure('programme.write')
		.input(z.object({ key, id }))
		.mutation(({ ctx, input }) =>
			writeOnce(ctx, 'tax.archive', input, async (tx) => {
				await archiveTaxClass(tx, input, ctx, ctx.now);
				return null;
			})
		),

	/** A part of the file of all products. */
	exportProducts: procedure('products.read')
		.input(z.object({ after: z.nullable(id) }))
		.query(async ({ ctx, input }) => {
			const { currency } = await programmeOf(ctx.db);
			return productPart(ctx.reading, { after: input.after, language: ctx.language, currency });
		}),

	exportStores: procedure('stores.read').query(async ({ ctx }) =>
		storePart(withinReach(ctx.actor, await allStores(ctx.db)), ctx.language)
	)
};
