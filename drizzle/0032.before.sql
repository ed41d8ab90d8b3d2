-- Members with a tag: who joined, and a guest of a sale who did not.
INSERT INTO members (id, number, created_at, joined_at) VALUES
	('mem_321', 'B234567892', '2026-03-01T10:00:00Z', '2025-01-31T11:00:00Z'),
	('mem_322', 'B234567893', '2026-03-01T10:00:00Z', null);
INSERT INTO tags (id, name, folded, colour, created_at) VALUES ('tag_32', 'Regular', 'regular', 'good', '2026-03-01T10:00:00Z');
INSERT INTO member_tags (member_id, tag_id, tagged_at) VALUES ('mem_321', 'tag_32', now()), ('mem_322', 'tag_32', now());
