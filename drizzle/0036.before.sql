-- A receipt with all that is told of it, one from before taxes were told, a key, and events: two wait, one was delivered.
INSERT INTO receipts (id, number, store_id, member_id, currency, list_cents, discount_cents, total_cents, cards_sold_cents,
	points_spent, points_paid_cents, gift_card_cents, to_pay_cents, points_earned, taxes, tenders, steps, lines, happened_at, committed_at)
VALUES ('rcp_36', 'R36', 'sto_36', 'mem_36', 'EUR', 100, 0, 100, 0, 0, 0, 40, 60, 1, '[{"taxId":"tax_36","cents":16,"included":true}]',
		'[{"kind":"gift_card","subjectId":"gft_36","cents":40,"points":0},{"kind":"other","subjectId":null,"cents":60,"points":0}]',
		'[{"kind":"earn","points":1}]', '[]', '2026-01-02Z', '2026-01-02Z'),
	('rcp_36_old', 'R36O', 'sto_36', 'mem_36', 'EUR', 0, 0, 0, 0, 0, 0, 0, 0, 0, null, '[]', '[]', '[]', '2026-01-02Z', '2026-01-02Z');
INSERT INTO once_keys (caller, key, input_hash, answer, at)
VALUES ('till_36', 'key-0036', 'hash', '{"receiptId":"rcp_36"}', '2026-01-02Z'), ('till_36', 'key-0037', 'hash', null, '2026-01-02Z');
INSERT INTO outbox (id, topic, subject_id, payload, at, delivered_at)
VALUES ('evt_36a', 'a.done', 'mem_36', '{"place":1}', '2026-01-02Z', null), ('evt_36b', 'a.done', 'mem_36', '{}', '2026-01-02Z', null),
	('evt_36c', 'a.done', 'mem_36', '{"place":3}', '2026-01-02Z', '2026-01-03Z');
CREATE TEMP TABLE rows_36 AS
	SELECT to_jsonb(r) AS row FROM receipts r WHERE store_id = 'sto_36'
	UNION ALL SELECT to_jsonb(k) FROM once_keys k WHERE caller = 'till_36'
	UNION ALL SELECT to_jsonb(o) - 'delivered_at' FROM outbox o WHERE subject_id = 'mem_36' AND delivered_at IS NULL;
