import * as z from 'zod/mini';
import { must } from '#core/must';
import { membersNamed } from '#customers/server';
import type { Tx } from '#platform/db';
import { tellChanged } from '#platform/live';
import { procedure, router, wideProcedure } from '#platform/trpc';
import { writeOnce } from '#platform/write';
import { listCategories, listProducts, listStores, programmeOf } from '#stores/server';
import { listCodes, listVouchers, mostCodes, voucherPage } from './admin-views.server.ts';
import { codePage, findCode, tryCode } from './code-page.server.ts';
import { assign, makeCodes } from './codes.server.ts';
import { archiveVoucher, createVoucher, editVoucher, pauseVoucher, resumeVoucher } from './definitions.server.ts';
import {
	extendCode,
	extendVoucher,
	giveBackUse,
	reissueCode,
	releaseHolds,
	voidCode,
	type Touched
} from './life.server.ts';
import { policyOf, savePolicy } from './policy.server.ts';
import { needReach, needStores } from './reach.server.ts';
import { codeStates, voucherStates } from './rules.ts';

const id = z.string().check(z.maxLength(40));
const key = z.string().check(z.maxLength(64));
const text = z.string().check(z.maxLength(200));

const ids = z.array(id).check(z.maxLength(1000));

/** The form alone, so that what is wrong with an amount or a list is said by the rules, beside its field. */
const definition = z.object({
	title: z.string().check(z.maxLength(1000)),
	description: z.nullable(z.string().check(z.maxLength(5000))),
	effect: z.union([
		z.strictObject({ kind: z.literal('percent'), percent: z.number(), capCents: z.nullable(z.number()) }),
		z.strictObject({ kind: z.literal('amount'), cents: z.number() }),
		z.strictObject({ kind: z.literal('free_product'), productIds: ids, quantity: z.number() }),
		z.strictObject({ kind: z.literal('fixed_price'), cents: z.number(), quantity: z.nullable(z.number()) }),
		z.strictObject({ kind: z.literal('cheapest_free'), of: z.number(), free: z.number() }),
		z.strictObject({
			kind: z.literal('n_for_m'),
			of: z.number(),
			pay: z.number(),
			sets: z.nullable(z.number())
		}),
		z.strictObject({ kind: z.literal('free_delivery'), capCents: z.nullable(z.number()) })
	]),
	conditions: z.strictObject({ minimumCents: z.number(), productIds: ids, categoryIds: ids, storeIds: ids }),
	stacking: z.union([
		z.strictObject({ kind: z.literal('alone') }),
		z.strictObject({ kind: z.literal('together') }),
		z.strictObject({ kind: z.literal('group'), group: text })
	]),
	codeKind: z.enum(['shared', 'unique']),
	holding: z.enum(['open', 'assigned']),
	startsAt: z.nullable(z.date()),
	endsAt: z.nullable(z.date()),
	validity: z.nullable(z.strictObject({ days: z.number(), from: z.enum(['issue', 'day_after']) })),
	usesPerMember: z.nullable(z.number()),
	usesPerCode: z.nullable(z.number())
});

const one = z.object({ key, id });
/** its form is judged by the rules, so that it is said beside its field */
const reason = z.string().check(z.maxLength(2000));

/** A write that changes what lies in wallets: they are told when it is done. */
async function touching<T extends Touched>(
	ctx: Parameters<typeof writeOnce>[0],
	name: string,
	input: { key: string },
	run: (tx: Tx) => Promise<T>
): Promise<Omit<T, 'memberIds'>> {
	let memberIds: string[] = [];
	const answer = await writeOnce(ctx, name, input, async (tx) => {
		const { memberIds: touched, ...rest } = await run(tx);
		memberIds = touched;
		return rest;
	});
	tellChanged(ctx.db, memberIds);
	return answer;
}

/** One that changes whether a whole voucher counts. */
const changing = (name: string, verb: typeof pauseVoucher) =>
	procedure('vouchers.write')
		.input(one)
		.mutation(async ({ ctx, input }) => {
			await needReach(ctx.db, ctx.actor, input.id);
			return writeOnce(ctx, name, input, async (tx) => {
				await verb(tx, input, ctx, ctx.now);
				return null;
			});
		});

export const adminRouter = router({
	list: procedure('vouchers.read')
		.input(z.object({ state: z.nullable(z.enum(voucherStates)), text, cursor: z.nullable(id) }))
		.query(async ({ ctx, input }) => {
			const [page, { timeZone }] = await Promise.all([listVouchers(ctx.db, input, ctx.now), programmeOf(ctx.db)]);
			return { ...page, timeZone };
		}),

	get: procedure('vouchers.read')
		.input(z.object({ id }))
		.query(async ({ ctx, input }) => {
			const [page, { timeZone }] = await Promise.all([voucherPage(ctx.db, input.id, ctx.now), programmeOf(ctx.db)]);
			return { ...page, timeZone };
		}),

	codes: procedure('vouchers.read')
		.input(
			z.object({
				voucherId: id,
				state: z.nullable(z.enum(codeStates)),
				cursor: z.nullable(id),
				limit: z.int().check(z.minimum(1), z.maximum(mostCodes))
			})
		)
		.query(({ ctx, input }) => listCodes(ctx.db, input)),

	/** The id of a code that was typed or scanned. A mutation, so that no code ever stands in an address. */
	findCode: procedure('vouchers.read')
		.input(z.object({ code: text }))
		.mutation(({ ctx, input }) => findCode(ctx.db, input.code)),

	/** What a code is, whether it works and its life. */
	code: procedure('vouchers.read')
		.input(z.object({ id }))
		.query(async ({ ctx, input }) => {
			const [code, programme, stores] = await Promise.all([
				codePage(ctx.db, input.id, ctx.now),
				programmeOf(ctx.db),
				listStores(ctx.db)
			]);
			const { standing, ...rest } = code;
			return {
				...rest,
				sentence: standing ? ctx.sentenceOf(standing) : null,
				timeZone: programme.timeZone,
				stores: stores.map(({ id, name }) => ({ id, name }))
			};
		}),

	/** Whether a code works for a member in a store. A mutation: people are named by their addresses. */
	tryCode: procedure('vouchers.read')
		.input(z.object({ codeId: id, member: text, storeId: z.nullable(id) }))
		.mutation(async ({ ctx, input }) => {
			const refusal = await tryCode(ctx.db, input, ctx.now);
			return { sentence: refusal ? ctx.sentenceOf(refusal) : null };
		}),

	/** What a rule can speak of. */
	choices: procedure('vouchers.read').query(async ({ ctx }) => {
		const [programme, stores, categories] = await Promise.all([
			programmeOf(ctx.db),
			listStores(ctx.db),
			listCategories(ctx.db)
		]);
		return {
			name: programme.name,
			currency: programme.currency,
			timeZone: programme.timeZone,
			stores: stores.map(({ id, name, city }) => ({ id, name, city })),
			categories: categories.map(({ id, name }) => ({ id, name }))
		};
	}),

	products: procedure('vouchers.read')
		.input(z.object({ text }))
		.query(async ({ ctx, input }) => {
			const page = await listProducts(ctx.db, { text: input.text });
			return page.items.map(({ id, name, unit, priceCents }) => ({ id, name, unit, priceCents }));
		}),

	/** What the house says of vouchers as a whole. */
	policy: procedure('programme.read').query(({ ctx }) => policyOf(ctx.db)),

	savePolicy: wideProcedure('programme.write')
		.input(z.object({ key, version: z.int(), policy: z.strictObject({ holdMinutes: z.number() }) }))
		.mutation(({ ctx, input }) =>
			writeOnce(ctx, 'vouchers.save_policy', input, (tx) => savePolicy(tx, input, ctx, ctx.now))
		),

	create: procedure('vouchers.write')
		.input(z.object({ key, definition, sharedCode: z.nullable(text) }))
		.mutation(({ ctx, input }) => {
			needStores(ctx.actor, input.definition);
			return writeOnce(ctx, 'vouchers.create', input, async (tx) => {
				const { currency } = await programmeOf(tx);
				return createVoucher(
					tx,
					{ definition: input.definition, currency, sharedCode: input.sharedCode },
					ctx,
					ctx.now
				);
			});
		}),

	edit: procedure('vouchers.write')
		.input(z.object({ key, id, version: z.int(), definition }))
		.mutation(async ({ ctx, input }) => {
			needStores(ctx.actor, input.definition);
			await needReach(ctx.db, ctx.actor, input.id);
			return writeOnce(ctx, 'vouchers.edit', input, (tx) => editVoucher(tx, input, ctx, ctx.now));
		}),

	pause: changing('vouchers.pause', pauseVoucher),
	resume: changing('vouchers.resume', resumeVoucher),
	archive: changing('vouchers.archive', archiveVoucher),

	makeCodes: procedure('vouchers.write')
		.input(z.object({ key, voucherId: id, count: z.number() }))
		.mutation(async ({ ctx, input }) => {
			await needReach(ctx.db, ctx.actor, input.voucherId);
			return writeOnce(ctx, 'vouchers.make_codes', input, async (tx) => ({
				made: (await makeCodes(tx, input, ctx, ctx.now)).length
			}));
		}),

	/** Members are named by e-mail address, number or code; each gets an answer of their own. */
	assign: procedure('vouchers.assign')
		.input(z.object({ key, voucherId: id, members: z.array(text).check(z.minLength(1), z.maxLength(1000)) }))
		.mutation(async ({ ctx, input }) => {
			const holders: string[] = [];
			const answers = await writeOnce(ctx, 'vouchers.assign', input, async (tx) => {
				const named = await membersNamed(tx, input.members);
				holders.push(...named.flatMap((member) => member?.id ?? []));
				// An unknown name goes in as an id that nobody has, so that every name gets its answer from one place.
				const memberIds = named.map((member, place) => member?.id ?? `unknown ${place}`);
				const given = await assign(tx, { voucherId: input.voucherId, memberIds }, ctx, ctx.now);
				return input.members.map((text, place) => {
					const result = given[place];
					must(result, 'every member gets an answer');
					const name = named[place]?.name ?? named[place]?.email ?? null;
					return 'refusal' in result
						? { text, name, sentence: ctx.sentenceOf(result.refusal) }
						: { text, name, sentence: null };
				});
			});
			tellChanged(ctx.db, holders);
			return answers;
		}),

	voidCode: procedure('vouchers.write')
		.input(z.object({ key, codeId: id, reason }))
		.mutation(({ ctx, input }) =>
			touching(ctx, 'vouchers.void_code', input, (tx) => voidCode(tx, input, ctx, ctx.now))
		),

	extendCode: procedure('vouchers.write')
		.input(z.object({ key, codeId: id, endsAt: z.date(), reason }))
		.mutation(({ ctx, input }) =>
			touching(ctx, 'vouchers.extend_code', input, (tx) => extendCode(tx, input, ctx, ctx.now))
		),

	/** All open codes of a voucher. */
	extend: procedure('vouchers.write')
		.input(z.object({ key, voucherId: id, endsAt: z.date(), reason }))
		.mutation(async ({ ctx, input }) => {
			await needReach(ctx.db, ctx.actor, input.voucherId);
			return touching(ctx, 'vouchers.extend', input, (tx) => extendVoucher(tx, input, ctx, ctx.now));
		}),

	/** A new code in place of one that was lost or has expired. */
	reissueCode: procedure('vouchers.write')
		.input(z.object({ key, codeId: id, reason }))
		.mutation(({ ctx, input }) =>
			touching(ctx, 'vouchers.reissue_code', input, (tx) => reissueCode(tx, input, ctx, ctx.now))
		),

	giveBackUse: procedure('vouchers.write')
		.input(z.object({ key, receiptId: id, redemptionId: id, reason }))
		.mutation(({ ctx, input }) =>
			touching(ctx, 'vouchers.give_back_use', input, (tx) => giveBackUse(tx, input, ctx, ctx.now))
		),

	releaseHolds: procedure('vouchers.write')
		.input(z.object({ key, codeId: id }))
		.mutation(({ ctx, input }) =>
			writeOnce(ctx, 'vouchers.release_holds', input, (tx) =>
				releaseHolds(tx, { codeIds: [input.codeId] }, ctx, ctx.now)
			)
		)
});

export { walletRouter } from './wallet-router.server.ts';
