-- A line of a weighed product, one of pieces, and one of an amount.
INSERT INTO categories (id, name) VALUES ('cat_1', 'Food');
INSERT INTO products (id, category_id, name, unit, price_cents, created_at) VALUES
	('prd_1', 'cat_1', 'Apples', 'kilogram', 300, '2026-03-01T10:00:00Z'), ('prd_2', 'cat_1', 'Tea', 'piece', 500, '2026-03-01T10:00:00Z');
INSERT INTO receipt_lines (receipt_id, position, member_id, product_id, name, quantity_thousandths, unit_cents, list_cents,
	discount_cents, net_cents, points_paid_cents, points_spent, gift_card_cents, to_pay_cents, points_earned, discounts, happened_at)
SELECT 'rcp_9', position, 'mem_1', product, '', 1000, 300, 300, 0, 300, 0, 0, 0, 300, 0, '[]', '2026-03-01T10:00:00Z'
FROM (VALUES (0, 'prd_1'), (1, 'prd_2'), (2, null)) AS l(position, product);
