import * as z from 'zod/mini';
import { roundings } from '#core/amounts';
import { roundings as endRoundings } from '#core/time';
import { procedure, router, wideProcedure } from '#platform/trpc';
import { writeOnce } from '#platform/write';
import { catalogueOf, listCategories, listProducts, productsByIds } from './catalogue.server.ts';
import { listStores, storeOf } from './places.server.ts';
import { programmeOf, updateProgramme } from './programme.server.ts';

/** What a tablet reads of its shop, whoever stands before it. */
export const tillRouter = router({
	/** the programme and the store this tablet stands in */
	shop: procedure('till.device').query(async ({ ctx }) => {
		const [programme, store] = await Promise.all([programmeOf(ctx.db), storeOf(ctx.db, ctx.actor.storeId)]);
		return { programme, store };
	}),
	catalogue: procedure('till.device').query(({ ctx }) => catalogueOf(ctx.db)),
	/** A mutation although it changes nothing: what is typed into the search may be a code, and codes stay out of addresses. */
	products: procedure('till.device')
		.input(
			z.object({
				text: z.optional(z.string().check(z.maxLength(200))),
				categoryId: z.optional(z.string().check(z.maxLength(40))),
				cursor: z.optional(z.nullable(z.string().check(z.maxLength(400))))
			})
		)
		.mutation(({ ctx, input }) => listProducts(ctx.db, input))
});

const id = z.string().check(z.maxLength(64));
const ids = z.array(id).check(z.maxLength(1000));

/** The form alone: what is wrong with a number is said by the rules' own check, with its field. */
const rules = z.strictObject({
	earn: z.strictObject({
		points: z.number(),
		perCents: z.number(),
		rounding: z.enum(roundings),
		discountedLines: z.boolean(),
		paidWithPoints: z.boolean(),
		paidWithGiftCard: z.boolean(),
		excludedCategoryIds: ids,
		excludedProductIds: ids,
		pendingDays: z.number(),
		expiry: z.strictObject({
			days: z.nullable(z.number()),
			rounding: z.enum(endRoundings),
			monthDay: z.nullable(z.string().check(z.maxLength(5)))
		}),
		inactiveDays: z.nullable(z.number())
	}),
	spend: z.strictObject({
		enabled: z.boolean(),
		worthPoints: z.number(),
		worthCents: z.number(),
		minimumPoints: z.number(),
		maximumPoints: z.nullable(z.number()),
		maximumSharePercent: z.number(),
		stepPoints: z.number(),
		givenBackMinimumDays: z.number()
	})
});

export const adminRouter = router({
	list: procedure('stores.read').query(({ ctx }) => listStores(ctx.db)),

	/** The programme, and the names behind what its rules leave out. */
	programme: procedure('programme.read').query(async ({ ctx }) => {
		const [programme, categories] = await Promise.all([programmeOf(ctx.db), listCategories(ctx.db)]);
		const products = await productsByIds(ctx.db, programme.rules.earn.excludedProductIds);
		return {
			...programme,
			categories: categories.map(({ id, name }) => ({ id, name })),
			products: Object.values(products).map(({ id, name }) => ({ id, name }))
		};
	}),

	saveRules: wideProcedure('programme.write')
		.input(z.object({ key: id, version: z.int(), rules }))
		.mutation(({ ctx, input }) =>
			writeOnce(ctx, 'stores.save_rules', input, async (tx) => {
				const { version } = await updateProgramme(tx, input.rules, input.version, ctx.now);
				return { version };
			})
		)
});
