-- They are found by the beginning of any word, by address and by the end of the number; whoever has no name or was erased, by nothing.
SELECT m.id FROM members m WHERE m.id IN ('mem_11', 'mem_12', 'mem_13', 'mem_14') AND (
	CASE m.id
		WHEN 'mem_11' THEN NOT m.words @@ $$'zoe':* & 'mul':* & '@zoe@shop':* & '+7654321':*$$::tsquery
		WHEN 'mem_12' THEN NOT m.words @@ $$'علی':* & 'کری':*$$::tsquery
		ELSE m.words IS NOT NULL
	END OR m.version <> 1
)
UNION ALL SELECT c.id FROM consents c WHERE c.id = 'con_11' AND (c.source <> 'wallet' OR c.withdrawn_at IS NOT NULL);
