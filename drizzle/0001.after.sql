-- Returns what went wrong: nothing, when every receipt says who paid and why, in the order of before.
SELECT r.id, r.tenders, r.steps
FROM (VALUES
	('rcp_1',
		'[{"kind": "points", "subjectId": null, "cents": 200, "points": 200},
		  {"kind": "gift_card", "subjectId": "gft_1", "cents": 300, "points": 0},
		  {"kind": "other", "subjectId": null, "cents": 900, "points": 0}]'::jsonb,
		'[{"code": "percent_off", "rightId": "vco_1", "cents": 100, "details": {"title": "Spring", "percent": 10}},
		  {"code": "paid_with_points", "cents": 200, "points": 200},
		  {"code": "not_earning_category", "position": 1, "cents": 500, "details": {"name": "Cup"}}]'::jsonb),
	('rcp_2', '[]'::jsonb, '[]'::jsonb)
) AS wanted(id, tenders, steps)
FULL JOIN receipts r ON r.id = wanted.id
WHERE (r.tenders, r.steps) IS DISTINCT FROM (wanted.tenders, wanted.steps);
