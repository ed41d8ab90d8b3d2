import { and, count, eq, inArray, isNull, max, sum } from 'drizzle-orm';
import type { Reads } from '#platform/db';
import { productsOfEffect, type Effect } from '#pricing';
import { listCategories, listStores, productsByIds } from '#stores/server';
import type { HeldState, HeldVoucher, Names } from './held.ts';
import { validityOf } from './rules.ts';
import { voucherCodes, voucherRedemptions, vouchers } from './tables.server.ts';

type CodeRow = typeof voucherCodes.$inferSelect;
type VoucherRow = typeof vouchers.$inferSelect;
interface Used {
	codeId: string;
	voucherId: string;
	times: number;
	cents: number;
	lastAt: Date;
}

const shownNames = 6;
/** Used and ended ones below the living: nobody scrolls further. */
const pastShown = 30;

/**
 * What lies in a member's wallet: living vouchers first, by when they end, then those used or ended, newest first. A
 * shared code is there once it was used; voided codes and archived vouchers are only there if they were.
 */
export async function heldVouchers(reads: Reads, memberId: string, now: Date): Promise<HeldVoucher[]> {
	const [held, used] = await Promise.all([
		reads
			.select({ code: voucherCodes, voucher: vouchers })
			.from(voucherCodes)
			.innerJoin(vouchers, eq(vouchers.id, voucherCodes.voucherId))
			.where(eq(voucherCodes.memberId, memberId)),
		usedBy(reads, memberId)
	]);
	const heldIds = new Set(held.map(({ code }) => code.id));
	const elsewhere = used.filter(({ codeId }) => !heldIds.has(codeId)).map(({ codeId }) => codeId);
	const brought = elsewhere.length
		? await reads
				.select({ code: voucherCodes, voucher: vouchers })
				.from(voucherCodes)
				.innerJoin(vouchers, eq(vouchers.id, voucherCodes.voucherId))
				.where(inArray(voucherCodes.id, elsewhere))
		: [];
	const rows = [
		...held.map((row) => ({ ...row, state: stateOf(row.code, row.voucher, used, now) })),
		...brought.map((row) => ({ ...row, state: 'used' as const }))
	].filter(({ code, voucher, state }) => state === 'used' || (!code.voidedAt && !voucher.archivedAt));
	const names = await namesFor(
		reads,
		rows.map(({ voucher }) => voucher)
	);
	const views = rows.map(({ code, voucher, state }) => viewOf(code, voucher, state, used, names));
	const living = views.filter(({ state }) => state !== 'used' && state !== 'ended').sort(bySoonestEnd);
	const past = views.filter(({ state }) => state === 'used' || state === 'ended').sort(byNewest);
	return [...living, ...past.slice(0, pastShown)];
}

/** What a member used and was not given back, per code. */
async function usedBy(reads: Reads, memberId: string): Promise<Used[]> {
	const rows = await reads
		.select({
			codeId: voucherRedemptions.codeId,
			voucherId: voucherRedemptions.voucherId,
			times: count(),
			cents: sum(voucherRedemptions.cents).mapWith(Number),
			lastAt: max(voucherRedemptions.redeemedAt)
		})
		.from(voucherRedemptions)
		.where(and(eq(voucherRedemptions.memberId, memberId), isNull(voucherRedemptions.givenBackAt)))
		.groupBy(voucherRedemptions.codeId, voucherRedemptions.voucherId);
	return rows.map((row) => ({ ...row, lastAt: row.lastAt as Date }));
}

function usesLeftOf(code: CodeRow, voucher: VoucherRow, used: Used[]): number | null {
	const times = used.filter(({ voucherId }) => voucherId === voucher.id).reduce((total, one) => total + one.times, 0);
	const own = voucher.usesPerMember === null ? null : Math.max(0, voucher.usesPerMember - times);
	if (own === null || code.usesLeft === null) return own ?? code.usesLeft;
	return Math.min(own, code.usesLeft);
}

function stateOf(code: CodeRow, voucher: VoucherRow, used: Used[], now: Date): HeldState {
	if (usesLeftOf(code, voucher, used) === 0) return 'used';
	const { startsAt, endsAt } = validityOf(voucher, code);
	if (endsAt && endsAt <= now) return 'ended';
	if (voucher.pausedAt) return 'paused';
	return startsAt && startsAt > now ? 'not_yet' : 'ready';
}

type Lookup = Map<string, string>;

async function namesFor(reads: Reads, shown: VoucherRow[]): Promise<Lookup> {
	const names: Lookup = new Map();
	const productIds = shown.flatMap(({ effect, conditions }) => [...conditions.productIds, ...productsOfEffect(effect)]);
	const [products, categories, stores] = await Promise.all([
		productsByIds(reads, productIds),
		shown.some(({ conditions }) => conditions.categoryIds.length > 0) ? listCategories(reads) : [],
		shown.some(({ conditions }) => conditions.storeIds.length > 0) ? listStores(reads) : []
	]);
	for (const one of [...Object.values(products), ...categories, ...stores]) names.set(one.id, one.name);
	return names;
}

function listed(ids: readonly string[], names: Lookup): Names {
	const known = ids.flatMap((id) => names.get(id) ?? []);
	return { names: known.slice(0, shownNames), more: ids.length - Math.min(known.length, shownNames) };
}

function viewOf(code: CodeRow, voucher: VoucherRow, state: HeldState, used: Used[], names: Lookup): HeldVoucher {
	const { conditions } = voucher;
	const own = used.find(({ codeId }) => codeId === code.id);
	return {
		codeId: code.id,
		code: code.code,
		title: voucher.title,
		description: voucher.description,
		currency: voucher.currency,
		gives: givesOf(voucher.effect, names),
		on: {
			minimumCents: conditions.minimumCents,
			products: listed(conditions.productIds, names),
			categories: listed(conditions.categoryIds, names),
			stores: listed(conditions.storeIds, names)
		},
		stacking: voucher.stacking,
		...validityOf(voucher, code),
		usesLeft: usesLeftOf(code, voucher, used),
		state,
		used: own ? { times: own.times, cents: own.cents, lastAt: own.lastAt } : null
	};
}

function givesOf(effect: Effect, names: Lookup): HeldVoucher['gives'] {
	if (effect.kind !== 'free_product') return effect;
	return { kind: effect.kind, products: listed(effect.productIds, names), quantity: effect.quantity };
}

const later = (at: Date | null): number => at?.getTime() ?? Number.MAX_SAFE_INTEGER;
const ready = (view: HeldVoucher): number => (view.state === 'ready' ? 0 : 1);
const bySoonestEnd = (a: HeldVoucher, b: HeldVoucher): number =>
	ready(a) - ready(b) || later(a.endsAt) - later(b.endsAt) || (a.codeId < b.codeId ? 1 : -1);

const overAt = (view: HeldVoucher): number => (view.used?.lastAt ?? view.endsAt)?.getTime() ?? 0;
const byNewest = (a: HeldVoucher, b: HeldVoucher): number => overAt(b) - overAt(a);
