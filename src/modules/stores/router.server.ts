import * as z from 'zod/mini';
import { roundings } from '#core/amounts';
import { roundings as endRoundings } from '#core/time';
import { needStore, withinReach } from '#platform/reach';
import { procedure, router, wideProcedure } from '#platform/trpc';
import { writeOnce } from '#platform/write';
import { catalogueOf, listCategories, listProducts, productsByIds } from './catalogue.server.ts';
import { catalogueProcedures } from './catalogue-router.server.ts';
import {
	allStores,
	archiveStore,
	createStore,
	editStore,
	getStore,
	listStores,
	storeOf,
	type CurrenciesSold
} from './places.server.ts';
import { programmeOf, updateProgramme } from './programme.server.ts';
import { listTaxClasses, taxesOf } from './tax.server.ts';

/** What a tablet reads of its shop, whoever stands before it. */
export const tillRouter = router({
	/** the programme and the store this tablet stands in */
	shop: procedure('till.device').query(async ({ ctx }) => {
		const [programme, store] = await Promise.all([programmeOf(ctx.db), storeOf(ctx.db, ctx.actor.storeId)]);
		return { programme, store: { ...store, taxes: await taxesOf(ctx.db, store.pricesIncludeTax) } };
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

const key = z.string().check(z.maxLength(64));
const text = z.string().check(z.maxLength(5000));
const name = z.string().check(z.maxLength(1000));
const span = z.tuple([z.number(), z.number()]);
const version = z.int();

/** The form alone: what is wrong with a field is said by the rules, beside it. */
const storeForm = z.strictObject({
	name,
	city: name,
	address: z.nullable(text),
	taxNumber: z._default(z.nullable(text), null),
	timeZone: name,
	currency: name,
	pricesIncludeTax: z.boolean(),
	hours: z.nullable(
		z.strictObject({
			weekly: z.array(z.array(span).check(z.maxLength(10))).check(z.maxLength(7)),
			exceptions: z
				.array(
					z.strictObject({
						day: z.string().check(z.maxLength(10)),
						spans: z.array(span).check(z.maxLength(10)),
						note: z.nullable(z.string().check(z.maxLength(200)))
					})
				)
				.check(z.maxLength(1000))
		})
	)
});

/** What a person does with the programme, and with stores, as far as their reach goes. @param sold which currencies a store has sold in */
const storeProcedures = (sold: CurrenciesSold) => ({
	list: procedure('stores.read').query(async ({ ctx }) => withinReach(ctx.actor, await listStores(ctx.db))),

	/** All stores, the closed ones too, with the programme's own time zone and currency for new ones. */
	places: procedure('stores.read').query(async ({ ctx }) => {
		const [stores, { timeZone, currency }] = await Promise.all([allStores(ctx.db), programmeOf(ctx.db)]);
		return { stores: withinReach(ctx.actor, stores), timeZone, currency };
	}),

	store: procedure('stores.read')
		.input(z.object({ id }))
		.query(async ({ ctx, input }) => {
			needStore(ctx.actor, input.id);
			const [store, { timeZone }] = await Promise.all([getStore(ctx.db, input.id), programmeOf(ctx.db)]);
			return { ...store, programmeTimeZone: timeZone };
		}),

	openStore: wideProcedure('stores.write')
		.input(z.object({ key, store: storeForm }))
		.mutation(({ ctx, input }) =>
			writeOnce(ctx, 'stores.open', input, async (tx) => {
				const { id } = await createStore(tx, input.store, ctx.now, ctx);
				return { id };
			})
		),

	editStore: procedure('stores.write')
		.input(z.object({ key, id, version, store: storeForm }))
		.mutation(({ ctx, input }) => {
			needStore(ctx.actor, input.id);
			return writeOnce(ctx, 'stores.edit', input, (tx) =>
				editStore(tx, { id: input.id, version: input.version, ...input.store }, sold, ctx, ctx.now)
			);
		}),

	archiveStore: procedure('stores.write')
		.input(z.object({ key, id, archived: z.boolean() }))
		.mutation(({ ctx, input }) => {
			needStore(ctx.actor, input.id);
			return writeOnce(ctx, 'stores.archive', input, async (tx) => {
				await archiveStore(tx, input, ctx, ctx.now);
				return null;
			});
		}),

	/** The programme, and the names behind what its rules leave out. */
	programme: procedure('programme.read').query(async ({ ctx }) => {
		const [programme, categories, taxClasses] = await Promise.all([
			programmeOf(ctx.db),
			listCategories(ctx.db),
			listTaxClasses(ctx.db)
		]);
		const products = await productsByIds(ctx.db, programme.rules.earn.excludedProductIds);
		return {
			...programme,
			taxClasses,
			categories: categories.map(({ id, name }) => ({ id, name })),
			products: Object.values(products).map(({ id, name }) => ({ id, name }))
		};
	}),

	saveRules: wideProcedure('programme.write')
		.input(z.object({ key: id, version, rules }))
		.mutation(({ ctx, input }) =>
			writeOnce(ctx, 'stores.save_rules', input, async (tx) => {
				const saved = await updateProgramme(tx, input, ctx, ctx.now);
				return { version: saved.version };
			})
		)
});

export const adminRouter = (sold: CurrenciesSold) => router({ ...storeProcedures(sold), ...catalogueProcedures });
