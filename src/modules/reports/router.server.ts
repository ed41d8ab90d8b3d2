import * as z from 'zod/mini';
import { pointsOf, historyOf } from '#ledger/server';
import type { Actor } from '#core/actor';
import { addDays, day as aDay, later, startOfDay } from '#core/time';
import { dataPolicyOf, listAttributes, memberHead, memberLines } from '#customers/server';
import { minorDigits } from '#ui/format.ts';
import { noteExport } from './member-export.server.ts';
import { asOtherStore, needStore, withinReach } from '#platform/reach';
import { procedure, router, wideProcedure } from '#platform/trpc';
import type { Reads } from '#platform/db';
import { getReceipt } from '#purchases/server';
import { typeBalancesOf } from '#points/server';
import { listStores, programmeOf } from '#stores/server';
import { memberOrders, type MemberFilter } from './index.ts';
import { lastCodesTried } from './alarms.server.ts';
import { groupKinds } from '#groups';
import { belongingsOf } from '#groups/server';
import { groupHistory, groupPage, listGroups } from './groups.server.ts';
import { dayAsked, liabilityOf } from './liability.server.ts';
import { lookUp } from './look-up.server.ts';
import { listMembers, memberIds } from './member-list.server.ts';
import { countMembers, memberPage } from './members.server.ts';
import { listDuplicates, mergePreview } from './merging.server.ts';
import { nextSteps } from './next-steps.server.ts';
import { besideReceipt, lastReceiptsAt, listReceipts, totalReceipts, voucherUses } from './receipts.server.ts';
import { withReceipts } from './references.server.ts';
import { todayOf } from './today.server.ts';
import { listTrail, trailStaff } from './trail.server.ts';

const id = z.string().check(z.maxLength(40));
const text = z.string().check(z.maxLength(200));
const cursor = z.nullable(z.string().check(z.maxLength(300)));
/** an ISO date that exists */
const day = z.string().check(
	z.regex(/^\d{4}-\d{2}-\d{2}$/),
	z.refine((text) => {
		const at = new Date(`${text}T00:00:00Z`);
		return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text);
	})
);

const trailFilter = z.object({
	text,
	area: z.nullable(z.string().check(z.regex(/^[a-z_]{1,40}$/))),
	staffId: z.nullable(id),
	subjectId: z.nullable(id),
	fromDay: z.nullable(day),
	toDay: z.nullable(day)
});

const memberFilter = z.object({
	text,
	tagId: z.nullable(id),
	attribute: z.nullable(z.object({ id, value: text })),
	joinedFrom: z.nullable(day),
	joinedTo: z.nullable(day),
	blocked: z.nullable(z.boolean())
});

/** Days of an address as instants of the programme. */
const filterIn = (
	{ joinedFrom, joinedTo, ...filter }: z.infer<typeof memberFilter>,
	timeZone: string
): MemberFilter => ({
	...filter,
	joinedFrom: joinedFrom === null ? null : startOfDay(joinedFrom, timeZone),
	joinedBefore: joinedTo === null ? null : startOfDay(addDays(joinedTo, 1), timeZone)
});

const receiptFilter = z.object({
	storeId: z.nullable(id),
	fromDay: z.nullable(day),
	toDay: z.nullable(day),
	memberId: z.nullable(id),
	number: z.nullable(text)
});

/** The stores somebody may choose from. */
async function storesFor(reads: Reads, actor: Actor) {
	const stores = await listStores(reads);
	return withinReach(actor, stores).map(({ id, name, city }) => ({ id, name, city }));
}

export const tillRouter = router({
	/** What this tablet sold last, to print again or take back. */
	lastReceipts: procedure('till.sell').query(({ ctx }) => lastReceiptsAt(ctx.db, ctx.actor, ctx.now))
});

export const adminRouter = router({
	/** What the house owes the holders of its gift cards, now and at the end of a day: a figure of all stores together. */
	liability: wideProcedure('giftcards.read')
		.input(z.object({ day: z.nullable(day) }))
		.query(async ({ ctx, input }) => {
			const { timeZone } = await programmeOf(ctx.db);
			const asOf = dayAsked(input.day, ctx.now, timeZone);
			return { asOf, timeZone, currencies: await liabilityOf(ctx.reading, { asOf, timeZone }) };
		}),

	today: procedure('figures.read')
		.input(z.object({ storeId: z.nullable(id), days: z.int().check(z.minimum(7), z.maximum(92)) }))
		.query(async ({ ctx, input }) => {
			if (input.storeId !== null) needStore(ctx.actor, input.storeId);
			const whole = ctx.actor.storeIds === null && ctx.may('giftcards.read');
			const [today, stores, codesTried] = await Promise.all([
				todayOf(ctx.reading, { ...input, within: ctx.actor.storeIds }, ctx.now),
				storesFor(ctx.db, ctx.actor),
				whole ? lastCodesTried(ctx.db, ctx.now) : null
			]);
			return { ...today, stores, codesTried };
		}),

	/** The whole house's: nothing for those who are limited to some stores. */
	nextSteps: procedure('figures.read').query(({ ctx }) =>
		ctx.actor.storeIds === null ? nextSteps(ctx.db, ctx.now) : null
	),

	members: procedure('members.read')
		.input(z.object({ filter: memberFilter, order: z.enum(memberOrders), descending: z.boolean(), cursor }))
		.query(async ({ ctx, input }) => {
			const { currency, timeZone } = await programmeOf(ctx.db);
			const [page, count] = await Promise.all([
				listMembers(ctx.db, { ...input, filter: filterIn(input.filter, timeZone) }, ctx.now),
				countMembers(ctx.db, ctx.now)
			]);
			return { ...page, count, currency, timeZone };
		}),

	/** Whom a code names that somebody scanned or typed. A mutation, so that no code ever stands in an address. */
	lookUp: procedure('members.read')
		.input(z.object({ text }))
		.mutation(({ ctx, input }) => lookUp(ctx.db, input.text)),

	/** Who stands in a filtered list, some hundreds at a time: to do something with all of them. */
	memberIds: procedure('members.write')
		.input(z.object({ filter: memberFilter, cursor }))
		.query(async ({ ctx, input }) => {
			const { timeZone } = await programmeOf(ctx.db);
			const filter = filterIn(input.filter, timeZone);
			return memberIds(ctx.db, { filter, cursor: input.cursor, size: 500 });
		}),

	/**
	 * A filtered list as lines of a file that can be brought in again, a thousand members at a time. That somebody took it
	 * with them is kept: the first part says so.
	 */
	exportMembers: wideProcedure('members.export')
		.input(z.object({ filter: memberFilter, after: cursor }))
		.mutation(async ({ ctx, input }) => {
			const { timeZone, currency } = await programmeOf(ctx.db);
			const filter = filterIn(input.filter, timeZone);
			const asked = await listAttributes(ctx.db);
			const page = await memberIds(ctx.reading, { filter, cursor: input.after, size: 1000 });
			if (input.after === null) await noteExport(ctx.db, input.filter, ctx, ctx.now);
			return {
				timeZone,
				head: memberHead(asked, ctx.language),
				items: await memberLines(ctx.reading, page.ids, { asked, timeZone, moneyDigits: minorDigits(currency) }),
				nextCursor: page.nextCursor
			};
		}),

	member: procedure('members.read')
		.input(z.object({ id }))
		.query(async ({ ctx, input }) => {
			const page = await memberPage(ctx.db, input.id, ctx.actor.storeIds);
			const { id } = page.member;
			const [points, groups, history] = await Promise.all([
				pointsOf(ctx.db, [id], ctx.now),
				belongingsOf(ctx.db, id),
				historyOf(ctx.db, id, { cursor: null, limit: 20 }).then((page) => withReceipts(ctx.db, page))
			]);
			const { policy } = await dataPolicyOf(ctx.db);
			const balance = points.get(id) ?? { spendable: 0, pending: 0, debt: 0, lots: [], maturing: [] };
			const { rules } = await programmeOf(ctx.db);
			const types = rules.types ?? [];
			const pointTypes = types.map(({ id: typeId, name, archived }) => ({ typeId, name, archived }));
			return {
				...page,
				points: balance,
				types: await typeBalancesOf(ctx.db, id, types, ctx.now),
				pointTypes,
				groups,
				history,
				// A guest's points are nobody's: until when somebody may add the receipt to their wallet.
				claimableUntil: page.member.joinedAt ? null : later(page.member.createdAt, policy.claimDays * aDay)
			};
		}),

	/** Households and firms. */
	groups: procedure('members.read')
		.input(z.object({ text, kind: z.nullable(z.enum(groupKinds)), ended: z.boolean(), cursor }))
		.query(async ({ ctx, input }) => {
			const [page, { timeZone }] = await Promise.all([listGroups(ctx.db, input, ctx.now), programmeOf(ctx.db)]);
			return { ...page, timeZone };
		}),

	group: procedure('members.read')
		.input(z.object({ id }))
		.query(async ({ ctx, input }) => {
			const [group, { timeZone, rules }] = await Promise.all([
				groupPage(ctx.db, input.id, ctx.now),
				programmeOf(ctx.db)
			]);
			// What a purse has of the types beside those that pay, as a member's page tells it.
			const types = group.points ? await typeBalancesOf(ctx.db, group.id, rules.types ?? [], ctx.now) : [];
			return { ...group, types, timeZone };
		}),

	groupHistory: procedure('ledger.read')
		.input(z.object({ id, cursor }))
		.query(({ ctx, input }) => groupHistory(ctx.db, input.id, input.cursor)),

	/** Two members side by side, before they are put together. */
	mergePreview: procedure('members.merge')
		.input(z.object({ fromId: id, intoId: id }))
		.query(({ ctx, input }) => mergePreview(ctx.db, input, ctx.now)),

	/** Members who are likely one person. */
	duplicates: procedure('members.merge')
		.input(z.object({ cursor }))
		.query(({ ctx, input }) => listDuplicates(ctx.db, input)),

	memberHistory: procedure('ledger.read')
		.input(z.object({ id, cursor }))
		.query(async ({ ctx, input }) =>
			withReceipts(ctx.db, await historyOf(ctx.db, input.id, { cursor: input.cursor, limit: 50 }))
		),

	receipts: procedure('receipts.read')
		.input(z.object({ filter: receiptFilter, cursor }))
		.query(async ({ ctx, input }) => {
			const { storeId } = input.filter;
			if (storeId !== null) needStore(ctx.actor, storeId);
			const within = ctx.actor.storeIds;
			const [page, totals, stores, { timeZone }] = await Promise.all([
				listReceipts(ctx.db, { ...input, within }),
				totalReceipts(ctx.db, input.filter, within),
				storesFor(ctx.db, ctx.actor),
				programmeOf(ctx.db)
			]);
			return { ...page, totals, timeZone, stores };
		}),

	receipt: procedure('receipts.read')
		.input(z.object({ id }))
		.query(async ({ ctx, input }) => {
			const receipt = await asOtherStore(ctx.actor, getReceipt(ctx.db, input.id));
			needStore(ctx.actor, receipt.storeId);
			return { receipt, ...(await besideReceipt(ctx.db, input.id)) };
		}),

	/** Who did what: the whole house's, one person's, or what became of one thing. */
	trail: procedure('trail.read')
		.input(z.object({ filter: trailFilter, cursor, size: z.int().check(z.minimum(1), z.maximum(1000)) }))
		.query(async ({ ctx, input }) => {
			const [page, staff, { timeZone, currency }] = await Promise.all([
				listTrail(ctx.db, { ...input, seenBy: ctx.actor }),
				trailStaff(ctx.db),
				programmeOf(ctx.db)
			]);
			return { ...page, staff, timeZone, currency };
		}),

	voucherUses: procedure('vouchers.read')
		.input(z.object({ voucherId: id }))
		.query(({ ctx, input }) => voucherUses(ctx.db, input.voucherId, { within: ctx.actor.storeIds }))
});
