-- Every line is there with all that it said, and no other.
WITH now_there AS (SELECT to_jsonb(l) AS line FROM receipt_lines l WHERE receipt_id LIKE 'rcp_34%')
(SELECT 'lost', line FROM lines_34 EXCEPT SELECT 'lost', line FROM now_there)
UNION ALL
(SELECT 'new', line FROM now_there EXCEPT SELECT 'new', line FROM lines_34);
