import type { MemberSteps } from '#customers/server';
import { listOf } from '#platform/bulk';
import { sqlOf } from '#platform/db';
import { blindReturns, memberFigures, receipts, returns } from './tables.server.ts';

/** Receipts and returns are facts and stay as they were written; the figures are sums, and are added up. */
export const purchaseSteps: MemberSteps = {
	moves: [memberFigures],
	stays: [receipts, returns, blindReturns],

	async merge(tx, { from, into }) {
		await sqlOf(tx)`
			with gone as (delete from member_figures where member_id = ${from} returning *)
			insert into member_figures (member_id, visits, spent_cents, returned_cents, first_at, last_at)
			select ${into}, visits, spent_cents, returned_cents, first_at, last_at from gone
			on conflict (member_id) do update set visits = member_figures.visits + excluded.visits,
				spent_cents = member_figures.spent_cents + excluded.spent_cents,
				returned_cents = member_figures.returned_cents + excluded.returned_cents,
				first_at = least(member_figures.first_at, excluded.first_at),
				last_at = greatest(member_figures.last_at, excluded.last_at)`;
	},

	/** Why something was brought back is somebody's own words. */
	async erase(tx, memberIds) {
		const sql = sqlOf(tx);
		for (const table of ['returns', 'blind_returns'])
			await sql.unsafe(`update ${table} set reason = null where member_id = any($1::text[]) and reason is not null`, [
				listOf(memberIds)
			]);
	},

	async exportOf(reads, memberIds) {
		const sql = sqlOf(reads);
		const ids = [listOf(memberIds)];
		const [bought, lines, given, blind] = await Promise.all([
			sql.unsafe<object[]>(
				`select r.id, r.number, r.happened_at, s.name as store, r.currency, r.list_cents, r.discount_cents, r.total_cents,
					r.points_spent, r.points_paid_cents, r.gift_card_cents, r.to_pay_cents, r.points_earned
				from receipts r join stores s on s.id = r.store_id where r.member_id = any($1::text[])
				order by r.happened_at, r.id`,
				ids
			),
			sql.unsafe<object[]>(
				`select r.number as receipt, r.currency, l.position, l.name, l.quantity_thousandths, l.unit, l.unit_cents, l.discount_cents,
					l.net_cents, l.points_earned
				from receipt_lines l join receipts r on r.id = l.receipt_id where r.member_id = any($1::text[])
				order by l.happened_at, l.receipt_id, l.position`,
				ids
			),
			sql.unsafe<object[]>(
				`select t.id, r.number as receipt, t.happened_at, t.currency, t.total_cents, t.refund_cents, t.gift_card_cents,
					t.points_given_back, t.points_taken_back, t.points_lapsed, t.reason
				from returns t join receipts r on r.id = t.receipt_id where t.member_id = any($1::text[])
				order by t.happened_at, t.id`,
				ids
			),
			sql.unsafe<object[]>(
				`select number, happened_at, currency, total_cents, refund_cents, gift_card_cents, reason
				from blind_returns where member_id = any($1::text[]) order by id`,
				ids
			)
		]);
		const without = [...blind];
		return { receipts: [...bought], receipt_lines: [...lines], returns: [...given], returns_without_receipt: without };
	}
};
