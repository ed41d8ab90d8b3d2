import type { MemberSteps } from '#customers/server';
import { listOf } from '#platform/bulk';
import { sqlOf } from '#platform/db';
import { voucherCodes, voucherRedemptions } from './tables.server.ts';
import { heldVouchers } from './wallet-views.server.ts';

/**
 * Codes go over with their uses: what one of the two has redeemed counts for the one person they are, so that a limit per
 * member is not had twice. A limit that both had used up together stays used up.
 */
export const voucherSteps: MemberSteps = {
	moves: [voucherCodes, voucherRedemptions],
	stays: [],

	async merge(tx, { from, into }) {
		const sql = sqlOf(tx);
		await sql`select 1 from voucher_codes where member_id = ${from} order by id for no key update`;
		await sql`update voucher_codes set member_id = ${into} where member_id = ${from}`;
		await sql`
			update voucher_redemptions r set member_id = ${into}, place = x.place
			from (
				select f.id, case when f.place is not null then coalesce((select max(k.place) from voucher_redemptions k
						where k.voucher_id = f.voucher_id and k.member_id = ${into}), 0)
					+ row_number() over (partition by f.voucher_id order by f.place nulls last) end as place
				from voucher_redemptions f where f.member_id = ${from}
			) x where r.member_id = ${from} and r.id = x.id`;
	},

	/** A right that was somebody's alone ends with them. */
	async erase(tx, memberIds, now) {
		await sqlOf(tx).unsafe(
			`update voucher_codes set voided_at = $2 where member_id = any($1::text[]) and voided_at is null`,
			[listOf(memberIds), now.toISOString()]
		);
	},

	async atStake(reads, memberIds, now) {
		const held = await Promise.all(memberIds.map((id) => heldVouchers(reads, id, now)));
		return { vouchers: held.flat().filter(({ state }) => state === 'ready' || state === 'not_yet').length };
	},

	async exportOf(reads, memberIds) {
		const sql = sqlOf(reads);
		const ids = [listOf(memberIds)];
		const [held, used] = await Promise.all([
			sql.unsafe<object[]>(
				`select v.title, c.code, c.issued_at, coalesce(c.starts_at, v.starts_at) as starts_at,
					coalesce(c.ends_at, v.ends_at) as ends_at, c.uses_left, c.voided_at
				from voucher_codes c join vouchers v on v.id = c.voucher_id where c.member_id = any($1::text[]) order by c.id`,
				ids
			),
			sql.unsafe<object[]>(
				`select v.title, c.code, r.number as receipt, v.currency, u.cents as saved_cents, u.redeemed_at, u.given_back_at
				from voucher_redemptions u join vouchers v on v.id = u.voucher_id join voucher_codes c on c.id = u.code_id
				join receipts r on r.id = u.receipt_id where u.member_id = any($1::text[]) order by u.id`,
				ids
			)
		]);
		return { vouchers: [...held], voucher_uses: [...used] };
	}
};
