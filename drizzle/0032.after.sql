-- Rows of a tag know when their members joined.
SELECT t.member_id FROM member_tags t JOIN members m ON m.id = t.member_id
WHERE t.tag_id = 'tag_32' AND t.joined_at IS DISTINCT FROM m.joined_at
UNION ALL SELECT 'nobody of it is left' WHERE NOT EXISTS (SELECT FROM member_tags WHERE tag_id = 'tag_32' AND joined_at = '2025-01-31T11:00:00Z');
