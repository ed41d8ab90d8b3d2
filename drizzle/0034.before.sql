-- Two receipts: one with goods and a gift card sold, one with nothing on it.
INSERT INTO receipts (id, number, store_id, member_id, currency, list_cents, discount_cents, total_cents, cards_sold_cents,
	points_spent, points_paid_cents, gift_card_cents, to_pay_cents, points_earned, tenders, steps, happened_at, committed_at)
VALUES ('rcp_34', 'R34', 'sto_34', 'mem_34', 'EUR', 1400, 100, 1300, 1000, 0, 0, 50, 1250, 3, '[]', '[]', '2026-01-02Z', '2026-01-02Z'),
	('rcp_34_empty', 'R34E', 'sto_34', 'mem_34', 'EUR', 0, 0, 0, 0, 0, 0, 0, 0, 0, '[]', '[]', '2026-01-02Z', '2026-01-02Z');
INSERT INTO receipt_lines (receipt_id, position, member_id, product_id, category_id, name, quantity_thousandths, unit,
	unit_cents, list_cents, discount_cents, net_cents, tax_id, tax_cents, points_paid_cents, points_spent, gift_card_cents,
	to_pay_cents, points_earned, discounts, cost_cents, gift_card, happened_at)
VALUES ('rcp_34', 1, 'mem_34', null, null, 'Gift card', 1000, 'piece', 1000, 1000, 0, 1000, null, 0, 0, 0, 0, 1000, 0, '[]', null,
		'{"deed":"issued","id":"gft_34"}', '2026-01-02Z'),
	('rcp_34', 0, 'mem_34', 'prd_34', 'cat_34', 'Tea, "green"', 500, 'kilogram', 800, 400, 100, 300, 'tax_34', 48, 0, 0, 50, 250, 3,
		'[{"rightId":"vco_34","cents":100}]', 200, null, '2026-01-02Z');
CREATE TEMP TABLE lines_34 AS SELECT to_jsonb(l) AS line FROM receipt_lines l WHERE receipt_id LIKE 'rcp_34%';
