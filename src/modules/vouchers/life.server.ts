import { and, eq, isNull } from 'drizzle-orm';
import { newCode } from '#core/codes';
import { newId } from '#core/ids';
import { must } from '#core/must';
import { day } from '#core/time';
import { listOf, Writes } from '#platform/bulk';
import { sqlOf, type Tx } from '#platform/db';
import { keepTrail, type By } from '#platform/trail';
import { issueDates } from './codes.server.ts';
import { lockVoucher, voucherSubject, type VoucherRow } from './definitions.server.ts';
import { giveBackUses } from './redeem.server.ts';
import { voucherRefusals } from './refusals.ts';
import { limits, validityOf } from './rules.ts';
import { voucherCodes, voucherHolds, voucherRedemptions, vouchers } from './tables.server.ts';

type CodeRow = typeof voucherCodes.$inferSelect;

/** Whose wallets have to be told. */
export interface Touched {
	memberIds: string[];
}

export const codeSubject = (id: string) => ({ kind: 'voucherCode', id });

/** Why, as somebody wrote it: asked for where a person's right is moved by hand. */
function reasonOf(reason: string): string {
	const written = reason.trim();
	if (written.length < 3 || written.length > 200)
		throw voucherRefusals.refuse('voucher.reason_form', { field: 'reason' });
	return written;
}

/**
 * A code and its voucher, the code locked: no redemption and no hold of it is under way until the transaction ends.
 * The voucher is only read: redemptions of other codes must not wait.
 */
async function lockCode(tx: Tx, codeId: string): Promise<{ code: CodeRow; voucher: VoucherRow }> {
	const [row] = await tx
		.select({ code: voucherCodes, voucher: vouchers })
		.from(voucherCodes)
		.innerJoin(vouchers, eq(vouchers.id, voucherCodes.voucherId))
		.where(eq(voucherCodes.id, codeId))
		.for('no key update', { of: voucherCodes });
	if (!row) throw voucherRefusals.refuse('voucher.code_not_found');
	return row;
}

/** Not voided, not used up, its voucher not archived. */
function demandOpen({ code, voucher }: { code: CodeRow; voucher: VoucherRow }): void {
	if (voucher.archivedAt) throw voucherRefusals.refuse('voucher.archived');
	if (code.voidedAt) throw voucherRefusals.refuse('voucher.code_voided');
	if (code.usesLeft === 0) throw voucherRefusals.refuse('voucher.code_used');
}

/** @throws voucher.extend_later, voucher.dates_far */
function demandLater(endsAt: Date, before: Date, now: Date): void {
	const field = { field: 'endsAt' };
	if (Number.isNaN(endsAt.getTime()) || endsAt.getTime() - now.getTime() > limits.years * 366 * day)
		throw voucherRefusals.refuse('voucher.dates_far', field);
	if (endsAt <= before || endsAt <= now) throw voucherRefusals.refuse('voucher.extend_later', field);
}

/**
 * Lets one code live longer, also beyond the end of its voucher. What it held before stays.
 * @throws `voucher.code_not_found`, `voucher.archived`, `voucher.code_voided`, `voucher.code_used`, `voucher.never_ends`,
 * `voucher.extend_later`, `voucher.dates_far`, `voucher.reason_form`
 */
export async function extendCode(
	tx: Tx,
	{ codeId, endsAt, reason }: { codeId: string; endsAt: Date; reason: string },
	by: By,
	now: Date
): Promise<Touched> {
	const why = reasonOf(reason);
	const locked = await lockCode(tx, codeId);
	demandOpen(locked);
	const { code, voucher } = locked;
	const before = validityOf(voucher, code).endsAt;
	if (!before) throw voucherRefusals.refuse('voucher.never_ends');
	demandLater(endsAt, before, now);
	await tx.update(voucherCodes).set({ endsAt, extendedAt: now }).where(eq(voucherCodes.id, codeId));
	const deed = { action: 'voucher.code_extended', subject: codeSubject(codeId), title: voucher.title, reason: why };
	await keepTrail(tx, by, { ...deed, before: { endsAt: before }, after: { endsAt } }, now);
	return { memberIds: code.memberId ? [code.memberId] : [] };
}

/** so many wallets are told at once; the others see it when they look */
const mostTold = 5_000;

/**
 * Lets all open codes of a voucher live longer: the voucher's own end moves, and that of every open code that would end
 * earlier. Codes that are used up or voided stay as they are.
 * @returns how many codes had an end of their own that moved
 * @throws `voucher.not_found`, `voucher.archived`, `voucher.never_ends`, `voucher.extend_later`, `voucher.dates_far`,
 * `voucher.reason_form`
 */
export async function extendVoucher(
	tx: Tx,
	{ voucherId, endsAt, reason }: { voucherId: string; endsAt: Date; reason: string },
	by: By,
	now: Date
): Promise<Touched & { codes: number }> {
	const why = reasonOf(reason);
	const voucher = await lockVoucher(tx, voucherId);
	if (voucher.archivedAt) throw voucherRefusals.refuse('voucher.archived');
	if (!voucher.endsAt && voucher.validDays === null) throw voucherRefusals.refuse('voucher.never_ends');
	demandLater(endsAt, voucher.endsAt ?? now, now);
	const moved = await sqlOf(tx)<{ id: string }[]>`
		update voucher_codes set ends_at = ${endsAt.toISOString()}, extended_at = ${now.toISOString()}
		where voucher_id = ${voucherId} and voided_at is null and uses_left is distinct from 0
			and ends_at < ${endsAt.toISOString()}
		returning id`;
	if (voucher.endsAt)
		await tx
			.update(vouchers)
			.set({ endsAt, version: voucher.version + 1, updatedAt: now })
			.where(eq(vouchers.id, voucherId));
	const holders = await sqlOf(tx)<{ member_id: string }[]>`
		select distinct member_id from voucher_codes where voucher_id = ${voucherId} and member_id is not null
			and voided_at is null and uses_left is distinct from 0 limit ${mostTold}`;
	const deed = { action: 'voucher.extended', subject: voucherSubject(voucherId), title: voucher.title, reason: why };
	const [before, after] = [{ endsAt: voucher.endsAt }, { endsAt: voucher.endsAt ? endsAt : null }];
	await keepTrail(tx, by, { ...deed, before, after: { ...after, codes: moved.length, codesUntil: endsAt } }, now);
	return { memberIds: holders.map(({ member_id }) => member_id), codes: moved.length };
}

/**
 * Takes a code out of use for good; what was redeemed with it stays, what was held of it is let go. Voiding twice is
 * voiding once.
 * @returns in whose wallet it lay
 * @throws `voucher.code_not_found`, `voucher.reason_form`
 */
export async function voidCode(
	tx: Tx,
	{ codeId, reason }: { codeId: string; reason: string },
	by: By,
	now: Date
): Promise<Touched> {
	const why = reasonOf(reason);
	const { code, voucher } = await lockCode(tx, codeId);
	const memberIds = code.memberId ? [code.memberId] : [];
	if (code.voidedAt) return { memberIds };
	await takeOut(tx, codeId, now);
	const deed = { action: 'voucher.code_voided', subject: codeSubject(codeId), title: voucher.title, reason: why };
	await keepTrail(tx, by, deed, now);
	return { memberIds };
}

async function takeOut(tx: Tx, codeId: string, now: Date): Promise<void> {
	await tx.update(voucherCodes).set({ voidedAt: now }).where(eq(voucherCodes.id, codeId));
	await tx.delete(voucherHolds).where(eq(voucherHolds.codeId, codeId));
}

/**
 * A new code in place of one that was lost, seen by others or has expired: the old one is void, the new one lies with the
 * same member with the uses that were left. One that had expired begins anew, as if issued now; otherwise the dates stay.
 * @returns the new code's id; the code itself stays out of the answer, which is kept with the request's key
 * @throws `voucher.code_not_found`, `voucher.archived`, `voucher.code_voided`, `voucher.code_used`,
 * `voucher.shared_has_one`, `voucher.ended_for_all`, `voucher.reason_form`
 */
export async function reissueCode(
	tx: Tx,
	{ codeId, reason }: { codeId: string; reason: string },
	by: By,
	now: Date
): Promise<Touched & { codeId: string }> {
	const why = reasonOf(reason);
	const locked = await lockCode(tx, codeId);
	demandOpen(locked);
	const { code, voucher } = locked;
	if (voucher.codeKind === 'shared') throw voucherRefusals.refuse('voucher.shared_has_one');
	const { endsAt } = validityOf(voucher, code);
	const over = endsAt !== null && endsAt <= now;
	if (over && voucher.endsAt && voucher.endsAt <= now) throw voucherRefusals.refuse('voucher.ended_for_all');
	const dates = over
		? { ...(await issueDates(tx, voucher, now)), extendedAt: null }
		: { startsAt: code.startsAt, endsAt: code.endsAt, extendedAt: code.extendedAt };
	await takeOut(tx, codeId, now);
	const id = newId('voucherCode', now);
	const { voucherId, memberId, usesLeft } = code;
	await tx.insert(voucherCodes).values({
		id,
		voucherId,
		code: newCode('voucher'),
		memberId,
		usesLeft,
		issuedAt: now,
		...dates,
		replacesId: codeId
	});
	const deed = { action: 'voucher.code_replaced', title: voucher.title, reason: why };
	await keepTrail(tx, by, { ...deed, subject: codeSubject(codeId), after: { replacedBy: id } }, now);
	return { memberIds: memberId ? [memberId] : [], codeId: id };
}

/**
 * Takes one use back at any time: the code may be used once more, the use no longer counts for its member. The receipt
 * stays as it is, price and all: this moves no money. Once only, also if goods come back later or came back meanwhile.
 * @throws `voucher.use_unknown`, `voucher.use_given_back`, `voucher.reason_form`
 */
export async function giveBackUse(
	tx: Tx,
	{ receiptId, redemptionId, reason }: { receiptId: string; redemptionId: string; reason: string },
	by: By,
	now: Date
): Promise<Touched> {
	const why = reasonOf(reason);
	const [use] = await tx
		.select()
		.from(voucherRedemptions)
		.where(and(eq(voucherRedemptions.receiptId, receiptId), eq(voucherRedemptions.id, redemptionId)));
	if (!use) throw voucherRefusals.refuse('voucher.use_unknown');
	const sql = sqlOf(tx);
	// In the order in which sales and returns lock: the member, then the code.
	await sql`select 1 from members where id = ${use.memberId} for no key update`;
	await sql`select 1 from voucher_codes where id = ${use.codeId} for no key update`;
	const [open] = await tx
		.select({ id: voucherRedemptions.id })
		.from(voucherRedemptions)
		.where(
			and(
				eq(voucherRedemptions.memberId, use.memberId),
				eq(voucherRedemptions.id, redemptionId),
				isNull(voucherRedemptions.givenBackAt)
			)
		);
	if (!open) throw voucherRefusals.refuse('voucher.use_given_back');
	const writes = new Writes();
	giveBackUses(writes, [use], now);
	await writes.send(sql);
	const [voucher] = await tx.select().from(vouchers).where(eq(vouchers.id, use.voucherId));
	must(voucher, 'a use belongs to a voucher');
	const deed = { action: 'voucher.use_given_back', subject: codeSubject(use.codeId), title: voucher.title };
	await keepTrail(tx, by, { ...deed, after: { receiptId: use.receiptId, cents: use.cents }, reason: why }, now);
	return { memberIds: [use.memberId] };
}

/**
 * Lets go of everything that is held of these codes for open baskets, whoever holds it.
 * @returns how many holds there were
 */
export async function releaseHolds(
	tx: Tx,
	{ codeIds }: { codeIds: readonly string[] },
	by: By,
	now: Date
): Promise<{ released: number }> {
	const sql = sqlOf(tx);
	await sql.unsafe(`select 1 from voucher_codes where id = any($1::text[]) order by id for no key update`, [
		listOf(codeIds)
	]);
	const gone = await sql.unsafe<{ code_id: string; lasting: boolean; title: string }[]>(
		`delete from voucher_holds h using voucher_codes c join vouchers v on v.id = c.voucher_id
		where h.code_id = any($1::text[]) and c.id = h.code_id
		returning h.code_id, h.until_at > $2 as lasting, v.title`,
		[listOf(codeIds), now.toISOString()]
	);
	const lasting = gone.filter((row) => row.lasting);
	const deeds = lasting.map(({ code_id, title }) => ({
		action: 'voucher.code_released',
		subject: codeSubject(code_id),
		title
	}));
	await keepTrail(tx, by, deeds, now);
	return { released: lasting.length };
}
