-- Every use is there as it was, under a key that begins with its member; by its id it is found as fast as before.
WITH now_there AS (SELECT to_jsonb(r) AS use FROM voucher_redemptions r WHERE voucher_id = 'vou_35'),
indexes AS (SELECT indexdef FROM pg_indexes WHERE tablename = 'voucher_redemptions')
(SELECT 'lost' AS fault, use FROM uses_35 EXCEPT SELECT 'lost', use FROM now_there)
UNION ALL
(SELECT 'new', use FROM now_there EXCEPT SELECT 'new', use FROM uses_35)
UNION ALL
SELECT 'has no key by member', null WHERE NOT EXISTS (SELECT FROM indexes WHERE indexdef LIKE '%UNIQUE%(member_id, id)')
UNION ALL
SELECT 'has no index by id', null WHERE NOT EXISTS (SELECT FROM indexes WHERE indexdef LIKE '%(id)');
