-- Two receipts as the first version kept them: one paid in three ways and explained at length, one of a line and nothing more.
INSERT INTO members (id, number, created_at) VALUES ('mem_1', 'AAAAAAAAAA', '2026-03-01T10:00:00Z');
INSERT INTO stores (id, name, city, currency, time_zone, created_at) VALUES ('sto_1', 'Old town', 'Vienna', 'EUR', 'Europe/Vienna', '2026-03-01T10:00:00Z');
INSERT INTO receipts (id, number, store_id, member_id, currency, list_cents, discount_cents, total_cents, points_spent,
	points_paid_cents, gift_card_cents, to_pay_cents, points_earned, happened_at, committed_at)
SELECT id, id, 'sto_1', 'mem_1', 'EUR', list, discount, list - discount, points, points, card, list - discount - points - card, 0,
	'2026-03-01T10:00:00Z', '2026-03-01T10:00:00Z'
FROM (VALUES ('rcp_1', 1500, 100, 200, 300), ('rcp_2', 700, 0, 0, 0)) AS r(id, list, discount, points, card);
INSERT INTO receipt_tenders (receipt_id, position, kind, subject_id, cents, points) VALUES
	('rcp_1', 2, 'other', null, 900, 0), ('rcp_1', 0, 'points', null, 200, 200), ('rcp_1', 1, 'gift_card', 'gft_1', 300, 0);
INSERT INTO receipt_steps (receipt_id, steps) VALUES ('rcp_1', '[
	{"code": "priced", "cents": 1000, "points": 0, "details": {"name": "Tea", "unitCents": 1000, "quantityThousandths": 1000}, "lineKey": "b", "rightId": null, "giftCardId": null},
	{"code": "priced", "cents": 500, "points": 0, "details": {"name": "Cup", "unitCents": 500, "quantityThousandths": 1000}, "lineKey": "a", "rightId": null, "giftCardId": null},
	{"code": "percent_off", "cents": 100, "points": 0, "details": {"title": "Spring", "percent": 10}, "lineKey": null, "rightId": "vco_1", "giftCardId": null},
	{"code": "paid_with_points", "cents": 200, "points": 200, "details": {}, "lineKey": null, "rightId": null, "giftCardId": null},
	{"code": "not_earning_category", "cents": 500, "points": 0, "details": {"name": "Cup"}, "lineKey": "a", "rightId": null, "giftCardId": null}
]');
