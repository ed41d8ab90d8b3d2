-- Two members' uses, one of them given back.
INSERT INTO voucher_redemptions (id, voucher_id, code_id, member_id, receipt_id, place, cents, redeemed_at, given_back_at)
VALUES ('red_35b', 'vou_35', 'vco_35', 'mem_35', 'rcp_35b', null, 20, '2026-01-03Z', '2026-01-04Z'),
	('red_35a', 'vou_35', 'vco_35', 'mem_35', 'rcp_35a', 1, 10, '2026-01-02Z', null),
	('red_35c', 'vou_35', 'vco_35', 'mem_35x', 'rcp_35c', 1, 30, '2026-01-02Z', null);
CREATE TEMP TABLE uses_35 AS SELECT to_jsonb(r) AS use FROM voucher_redemptions r WHERE voucher_id = 'vou_35';
