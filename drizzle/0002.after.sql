-- Returns what went wrong: nothing, when each line counts as its product does.
SELECT l.position, l.unit
FROM (VALUES (0, 'kilogram'), (1, 'piece'), (2, 'piece')) AS wanted(position, unit)
FULL JOIN (SELECT position, unit FROM receipt_lines WHERE receipt_id = 'rcp_9') l ON l.position = wanted.position
WHERE l.unit IS DISTINCT FROM wanted.unit;
