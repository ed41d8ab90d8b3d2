-- Goods as they were: one with a barcode, one without.
INSERT INTO categories (id, name, position) VALUES ('cat_7', 'Bakery', 0);
INSERT INTO products (id, category_id, name, barcode, unit, price_cents, created_at) VALUES
	('prd_7', 'cat_7', 'Crème brûlée', '4006381333931', 'piece', 450, '2026-03-01T10:00:00Z'),
	('prd_8', 'cat_7', 'Ржаной хлеб', null, 'piece', 320, '2026-03-01T10:00:00Z');
