/**
 * What must be true of receipts, each a query that finds what breaks it (`subject`, `detail`), for `npm run audit`. Between
 * rows that one verb writes together these stand in for foreign keys.
 */
export const purchaseChecks: Record<string, string> = {
	'a receipt is what its lines add up to': `
		select r.id as subject, concat_ws(' ', 'total', r.total_cents, '· lines', coalesce(l.net, 0)) as detail
		from receipts r left join (
			select receipt_id, sum(net_cents) as net, sum(points_spent) as spent, sum(points_earned) as earned
			from receipt_lines group by receipt_id
		) l on l.receipt_id = r.id
		where (l.net, l.spent, l.earned) is distinct from (r.total_cents, r.points_spent, r.points_earned)`,
	'a receipt is what was tendered for it': `
		select r.id as subject, concat_ws(' ', 'total', r.total_cents, '· tenders', t.cents) as detail
		from receipts r cross join lateral (
			select coalesce(sum((t->>'cents')::bigint), 0) as cents, coalesce(sum((t->>'points')::bigint), 0) as points
			from json_array_elements(r.tenders) t
		) t
		where (t.cents, t.points) is distinct from (r.total_cents, r.points_spent)`,
	'a receipt tells how much of it was put on gift cards': `
		select r.id as subject, concat_ws(' ', 'receipt', r.cards_sold_cents, '· lines', coalesce(l.sold, 0)) as detail
		from receipts r left join (
			select receipt_id, sum(net_cents) as sold from receipt_lines where gift_card is not null group by receipt_id
		) l on l.receipt_id = r.id
		where r.cards_sold_cents <> coalesce(l.sold, 0)`,
	'a receipt tells the taxes of its lines': `
		select r.id as subject, concat_ws(' ', 'added', r.tax_added_cents, '· receipt', t.cents, '· lines', l.cents) as detail
		from receipts r cross join lateral (
			select coalesce(sum((x->>'cents')::bigint), 0) as cents,
				coalesce(sum((x->>'cents')::bigint) filter (where not (x->>'included')::boolean), 0) as added
			from json_array_elements(r.taxes) x
		) t left join (select receipt_id, sum(tax_cents) as cents from receipt_lines group by receipt_id) l
			on l.receipt_id = r.id
		where (t.cents, t.added) is distinct from (coalesce(l.cents, 0), r.tax_added_cents)`,
	'a line is its price less discounts, and what was tendered for it': `
		select receipt_id as subject, concat_ws(' ', 'line', position) as detail
		from receipt_lines
		where net_cents - list_cents + discount_cents not in (0, tax_cents)
			or net_cents <> points_paid_cents + gift_card_cents + to_pay_cents`,
	'what came back was on its receipt': `
		select b.return_id as subject, concat_ws(' ', b.receipt_id, 'line', b.position) as detail
		from return_lines b left join receipts r on r.id = b.receipt_id
		where r.id is null or b.position not between 0 and json_array_length(r.lines) - 1`,
	'a receipt belongs to a member and a store': `
		select r.id as subject, concat_ws(' ', r.member_id, r.store_id) as detail
		from receipts r left join members m on m.id = r.member_id left join stores s on s.id = r.store_id
		where m.id is null or s.id is null`,
	'a return gives what its goods were worth': `
		select t.id as subject, concat_ws(' ', 'total', t.total_cents, '· lines', l.net) as detail
		from returns t left join (
			select return_id, sum(net_cents) as net, sum(points_paid_cents) as points, sum(points_taken_back) as taken
			from return_lines group by return_id
		) l on l.return_id = t.id
		where l.net is distinct from t.total_cents
			or t.total_cents <> l.points + t.gift_card_cents + t.refund_cents + t.charged_cents
			or l.taken <> t.points_taken_back + t.points_charged + t.points_forgiven + t.points_lapsed`,
	'a return without a receipt is what its lines add up to': `
		select t.id as subject, concat_ws(' ', 'total', t.total_cents, '· lines', l.cents) as detail
		from blind_returns t left join (select return_id, sum(cents) as cents from blind_return_lines group by return_id) l
			on l.return_id = t.id
		where l.cents is distinct from t.total_cents`,
	'a member’s figures are what their receipts and returns add up to': `
		select coalesce(f.member_id, r.member_id) as subject,
			concat_ws(' ', 'spent', f.spent_cents, '· receipts', r.spent, '· returned', f.returned_cents, '· returns', b.returned)
				as detail
		from member_figures f
		full join (
			select coalesce(m.merged_into, m.id) as member_id, count(*) as visits, sum(total_cents - cards_sold_cents) as spent
			from receipts x join members m on m.id = x.member_id group by 1
		) r on r.member_id = f.member_id
		left join (
			select coalesce(m.merged_into, m.id) as member_id, sum(total_cents - cards_taken_back_cents) as returned
			from returns x join members m on m.id = x.member_id group by 1
		) b on b.member_id = f.member_id
		where (f.visits, f.spent_cents, f.returned_cents) is distinct from (r.visits, r.spent, coalesce(b.returned, 0))`
};
