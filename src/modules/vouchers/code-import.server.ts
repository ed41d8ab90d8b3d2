import { isGtin, isPaymentCardNumber, normaliseCode, readCode } from '#core/codes';
import { newId } from '#core/ids';
import type { RefusalData } from '#core/refusal';
import { addDays, startOfDay } from '#core/time';
import { membersNamed } from '#customers/server';
import type { ImportField, ImportLine, ImportOutcome } from '#imports';
import type { ImportKind, ImportRun } from '#imports/server';
import { insertRows, listOf } from '#platform/bulk';
import { sqlOf, type Reads, type Tx } from '#platform/db';
import { programmeOf } from '#stores/server';
import { latinDigits } from '#ui/money-input.ts';
import { issueDates, lockPool, membersRefused, roomOf, stockDates, type OwnDates } from './codes.server.ts';
import { getVoucher, refusePool, voucherSubject, type VoucherRow } from './definitions.server.ts';
import { voucherRefusals } from './refusals.ts';
import { poolCodeLength } from './rules.ts';
import { voucherCodes } from './tables.server.ts';

const fields: readonly ImportField[] = [
	{
		key: 'code',
		required: true,
		longest: 200,
		names: { en: ['Code', 'Voucher code'], ru: ['Код', 'Код ваучера'], zh: ['代码', '券码'], fa: ['کد', 'کد کوپن'] }
	},
	{
		key: 'member',
		longest: 200,
		names: { en: ['Member', 'E-mail'], ru: ['Участник', 'Почта'], zh: ['会员', '邮箱'], fa: ['عضو', 'ایمیل'] }
	},
	{
		key: 'until',
		longest: 20,
		names: { en: ['Valid until', 'Expires'], ru: ['Действует до'], zh: ['有效期至'], fa: ['معتبر تا'] }
	}
];

const { data } = voucherRefusals;
const refused = (field: string | null, refusal: RefusalData): ImportOutcome => ({ fate: 'refused', field, refusal });

/**
 * Whether somebody else's code can stand in a pool: 6 to 24 letters and digits after normalising, so that it is not
 * guessed, and not to be taken for a member, a gift card, a receipt, a product or a payment card. Our own form is fine.
 */
export function readPoolCode(text: string): { code: string } | { problem: RefusalData } {
	const code = normaliseCode(text);
	const { least, most } = poolCodeLength;
	if (isPaymentCardNumber(code)) return { problem: data('voucher.code_like_card') };
	if (!/^[A-Z0-9]+$/.test(code) || code.length < least || code.length > most)
		return { problem: data('voucher.pool_code_form', { least, most }) };
	const { kind } = readCode(code);
	if (isGtin(code) || (kind !== 'other' && kind !== 'voucher')) return { problem: data('voucher.code_reserved') };
	return { code };
}

interface Wish {
	code: string;
	/** who holds it; null: nobody yet */
	memberId: string | null;
	/** its own end, where the line names a day */
	endsAt: Date | null;
}

/** The first instant after a day, or null when the text is none. */
function endOf(text: string, timeZone: string, now: Date): Date | null {
	const day = latinDigits(text.trim());
	if (!/^\d{4}-\d{2}-\d{2}$/.test(day)) return null;
	const parsed = new Date(`${day}T00:00:00Z`);
	// The 30th of February is the 2nd of March to a computer.
	if (Number.isNaN(parsed.getTime()) || parsed.toISOString().slice(0, 10) !== day) return null;
	const end = startOfDay(addDays(day, 1), timeZone);
	return end > now ? end : null;
}

/** Codes that a printer, a partner or another system made, into the pool of the voucher the file is about. */
export const codeImport: ImportKind = {
	name: 'voucher_codes',
	permission: 'vouchers.write',
	fields,
	async about(reads, id) {
		const voucher = await getVoucher(reads, id);
		refusePool(voucher);
		return { title: voucher.title, subject: voucherSubject(id), action: 'voucher.codes_imported' };
	},
	keyOf: ({ cells }) => normaliseCode(cells.code ?? '') || null,
	async take(tx: Tx, lines: readonly ImportLine[], { write, aboutId, now }: ImportRun) {
		const voucher = write ? await lockPool(tx, aboutId ?? '') : await getVoucher(tx, aboutId ?? '');
		const wishes = await readLines(tx, lines, now);
		const there = await poolsOf(
			tx,
			wishes.flatMap((wish) => ('code' in wish ? [wish.code] : []))
		);
		const holders = wishes.flatMap((wish) => ('code' in wish && wish.memberId ? [wish.memberId] : []));
		const holding = holders.length === 0 ? new Map() : await membersRefused(sqlOf(tx), voucher.id, holders);
		let room = await roomOf(tx, voucher.id);
		const taken: Wish[] = [];
		const outcomes = wishes.map((wish): ImportOutcome => {
			if (!('code' in wish)) return wish;
			const pool = there.get(wish.code);
			if (pool === voucher.id) return { fate: 'unchanged' };
			if (pool) return refused('code', data('voucher.code_taken'));
			const problem = wish.memberId ? holding.get(wish.memberId) : undefined;
			if (problem) return refused('member', problem);
			if (room === 0) return refused(null, data('voucher.pool_full', { room }));
			room--;
			if (wish.memberId) holding.set(wish.memberId, data('voucher.already_held'));
			taken.push(wish);
			return { fate: 'new' };
		});
		if (write) await keep(tx, voucher, taken, now);
		return { outcomes };
	}
};

async function readLines(tx: Tx, lines: readonly ImportLine[], now: Date): Promise<(Wish | ImportOutcome)[]> {
	const { timeZone } = await programmeOf(tx);
	const asked = lines.map(({ cells }) => cells.member?.trim() ?? '');
	const names = [...new Set(asked.filter(Boolean))];
	const found = await membersNamed(tx, names);
	const byName = new Map(names.map((name, place) => [name, found[place] ?? null]));
	return lines.map(({ cells }, place) => {
		const read = readPoolCode(cells.code ?? '');
		if ('problem' in read) return refused('code', read.problem);
		const name = asked[place] ?? '';
		const member = name === '' ? null : byName.get(name);
		if (name !== '' && !member) return refused('member', data('voucher.member_unknown'));
		const until = cells.until?.trim() ?? '';
		const endsAt = until === '' ? null : endOf(until, timeZone, now);
		if (until !== '' && !endsAt) return refused('until', data('voucher.until_form'));
		return { code: read.code, memberId: member?.id ?? null, endsAt };
	});
}

/** In which voucher's pool each of these codes lies already. */
async function poolsOf(reads: Reads, codes: readonly string[]): Promise<Map<string, string>> {
	if (codes.length === 0) return new Map();
	const rows = await sqlOf(reads).unsafe<{ code: string; voucher_id: string }[]>(
		'select code, voucher_id from voucher_codes where code = any($1::text[])',
		[listOf(codes)],
		{ prepare: true }
	);
	return new Map(rows.map((row) => [row.code, row.voucher_id]));
}

async function keep(tx: Tx, voucher: VoucherRow, wishes: readonly Wish[], now: Date): Promise<void> {
	if (wishes.length === 0) return;
	const [held, stock] = [await issueDates(tx, voucher, now), await stockDates(tx, voucher, now)];
	const rows = wishes.map(({ code, memberId, endsAt }) => {
		const dates: OwnDates = memberId ? held : stock;
		return {
			id: newId('voucherCode', now),
			voucherId: voucher.id,
			code,
			memberId,
			usesLeft: voucher.usesPerCode,
			issuedAt: now,
			startsAt: dates.startsAt,
			endsAt: endsAt ?? dates.endsAt,
			extendedAt: endsAt ? now : null
		};
	});
	// No "on conflict": what came in between the look and now undoes the batch, which is then judged anew.
	await insertRows(sqlOf(tx), voucherCodes, rows);
}
