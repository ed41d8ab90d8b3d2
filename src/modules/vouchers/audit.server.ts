/** What must be true of vouchers, each a query that finds what breaks it (`subject`, `detail`), for `npm run audit`. */
export const voucherChecks: Record<string, string> = {
	'a voucher’s use belongs to a code of that voucher': `
		select u.id as subject, u.code_id as detail
		from voucher_redemptions u left join voucher_codes c on c.id = u.code_id
		where c.voucher_id is distinct from u.voucher_id`
};
