import { roundings } from '#core/amounts';
import { roundings as endRoundings } from '#core/time';
import * as z from 'zod/mini';
import { basketLimits } from './basket.ts';
import { cardDeeds, type Ask } from './contract.ts';
import { effectKinds } from './effects/index.ts';
import type { Conditions, Effect, PointType, ProgrammeRules, Stacking, TransferRules } from './rules.ts';

const whole = (least: number, most: number) => z.int().check(z.minimum(least), z.maximum(most));
const id = z.string().check(z.minLength(1), z.maxLength(64));
/**
 * Of something the house keeps. Never digits alone: such a text in the place of an id may be a payment card's number, and
 * refusals name the id they speak of.
 */
const thing = z.string().check(z.maxLength(64), z.regex(/^[\w-]*[A-Za-z_][\w-]*$/));
const ids = z.array(id).check(z.maxLength(1000));

/**
 * The form of what a till, a wallet or an API client asks. Amounts are any numbers and baskets may be long: what is wrong
 * with them is said by the quote, in its own words.
 */
export const askSchema = z.strictObject({
	memberId: z.nullable(thing),
	basket: z.strictObject({
		currency: z.string().check(z.minLength(1), z.maxLength(10)),
		lines: z
			.array(
				z.strictObject({
					key: id,
					productId: z.nullable(thing),
					name: z.nullable(z.string().check(z.maxLength(200))),
					categoryId: z.nullable(thing),
					quantity: z.number(),
					unitCents: z.number(),
					delivery: z.optional(z.boolean()),
					giftCard: z.optional(z.strictObject({ deed: z.enum(cardDeeds), id: z.nullable(thing) }))
				})
			)
			.check(z.maxLength(20_000))
	}),
	rightIds: z.array(thing).check(z.maxLength(50)),
	giftCards: z
		.array(
			z.strictObject({
				id: thing,
				cents: z.nullable(z.number()),
				proof: z.optional(z.nullable(z.string().check(z.maxLength(200))))
			})
		)
		.check(z.maxLength(50)),
	points: z.union([z.number(), z.literal('most')])
}) satisfies z.ZodMiniType<Ask, Ask>;

/** The form of an effect. */
export const effectSchema = z.union([
	effectKinds.percent.schema,
	effectKinds.amount.schema,
	effectKinds.free_product.schema,
	effectKinds.fixed_price.schema,
	effectKinds.cheapest_free.schema,
	effectKinds.n_for_m.schema,
	effectKinds.free_delivery.schema
]) satisfies z.ZodMiniType<Effect, Effect>;

export const groupNameLength = 40;

/** The form of what a right goes together with. */
export const stackingSchema = z.union([
	z.strictObject({ kind: z.literal('alone') }),
	z.strictObject({ kind: z.literal('together') }),
	z.strictObject({
		kind: z.literal('group'),
		group: z.string().check(z.trim(), z.minLength(1), z.maxLength(groupNameLength))
	})
]) satisfies z.ZodMiniType<Stacking, Stacking>;

/** The form of a right's conditions. */
export const conditionsSchema = z.strictObject({
	minimumCents: whole(0, basketLimits.totalCents),
	productIds: ids,
	categoryIds: ids,
	storeIds: ids
}) satisfies z.ZodMiniType<Conditions, Conditions>;

const expirySchema = z
	.strictObject({
		days: z.nullable(whole(0, 36_600)),
		rounding: z.enum(endRoundings),
		monthDay: z.nullable(z.string().check(z.regex(/^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/)))
	})
	.check(
		// Points that end on the day they were earned are nobody's idea.
		z.refine(({ days, rounding }) => days !== 0 || rounding !== 'day', { path: ['days'] }),
		z.refine(({ rounding, monthDay }) => rounding !== 'date' || monthDay !== null, { path: ['monthDay'] })
	);

/** Days without a member before points lapse: under a week nobody could come in time. */
const inactiveSchema = whole(7, 36_600);

/** A basket explains what it earns of each: more of them nobody would read. */
export const mostPointTypes = 10;
export const typeNameLength = 40;

export const transferSchema = z.strictObject({
	least: whole(1, 1_000_000_000),
	mostPerDay: z.nullable(whole(1, 1_000_000_000))
}) satisfies z.ZodMiniType<TransferRules, TransferRules>;

/** The form of a type of points beside those that pay. */
export const pointTypeSchema = z.strictObject({
	id: z.string().check(z.regex(/^pty_[0-9a-hjkmnp-tv-z]{22}$/)),
	name: z.string().check(z.trim(), z.minLength(1), z.maxLength(typeNameLength)),
	earn: z.union([
		z.strictObject({ kind: z.literal('by_hand') }),
		z.strictObject({
			kind: z.literal('visit'),
			points: whole(1, 10_000),
			leastCents: whole(0, basketLimits.totalCents)
		}),
		z.strictObject({ kind: z.literal('amount'), points: whole(1, 10_000), perCents: whole(1, basketLimits.lineCents) })
	]),
	expiry: expirySchema,
	inactiveDays: z.optional(inactiveSchema),
	transfer: z.optional(transferSchema),
	archived: z.boolean()
}) satisfies z.ZodMiniType<PointType, PointType>;

/** The form of the programme's rules. The bounds keep every product of a rate and a total an exact number. */
export const programmeRulesSchema = z.strictObject({
	earn: z.strictObject({
		points: whole(0, 10_000),
		perCents: whole(1, basketLimits.lineCents),
		rounding: z.enum(roundings),
		discountedLines: z.boolean(),
		paidWithPoints: z.boolean(),
		paidWithGiftCard: z.boolean(),
		excludedCategoryIds: ids,
		excludedProductIds: ids,
		pendingDays: whole(0, 366),
		expiry: expirySchema,
		inactiveDays: z.nullable(inactiveSchema)
	}),
	spend: z
		.strictObject({
			enabled: z.boolean(),
			worthPoints: whole(1, 10_000),
			worthCents: whole(1, basketLimits.lineCents),
			minimumPoints: whole(0, 1_000_000_000),
			maximumPoints: z.nullable(whole(1, 1_000_000_000)),
			maximumSharePercent: whole(1, 100),
			stepPoints: whole(1, 1_000_000),
			givenBackMinimumDays: whole(0, 3660)
		})
		.check(
			z.refine(({ minimumPoints, maximumPoints }) => maximumPoints === null || maximumPoints >= minimumPoints, {
				path: ['maximumPoints']
			})
		),
	types: z.optional(z.array(pointTypeSchema).check(z.maxLength(mostPointTypes)))
}) satisfies z.ZodMiniType<ProgrammeRules, ProgrammeRules>;
