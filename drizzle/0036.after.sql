-- Everything says what it said, and an event that was delivered is gone.
WITH now_there AS (
	SELECT to_jsonb(r) AS row FROM receipts r WHERE store_id = 'sto_36'
	UNION ALL SELECT to_jsonb(k) FROM once_keys k WHERE caller = 'till_36'
	UNION ALL SELECT to_jsonb(o) FROM outbox o WHERE subject_id = 'mem_36'
)
(SELECT 'lost' AS fault, row FROM rows_36 EXCEPT SELECT 'lost', row FROM now_there)
UNION ALL
(SELECT 'new', row FROM now_there EXCEPT SELECT 'new', row FROM rows_36);
