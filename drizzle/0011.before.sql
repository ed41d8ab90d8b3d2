-- Members as they were: with a name and an address, with a telephone number, and one who was erased.
INSERT INTO members (id, number, name, email, phone, created_at, joined_at, erased_at) VALUES
	('mem_11', 'A234567892', 'Zoë Müller-Łukasz', 'Zoe@Shop.example', '+491701234567', '2026-03-01T10:00:00Z', '2026-03-01T10:00:00Z', null),
	('mem_12', 'A234567893', 'علي كريمي', null, null, '2026-03-01T10:00:00Z', '2026-03-01T10:00:00Z', null),
	('mem_13', 'A234567894', 'Gone', null, null, '2026-03-01T10:00:00Z', '2026-03-01T10:00:00Z', '2026-03-02T10:00:00Z'),
	('mem_14', 'A234567895', null, null, null, '2026-03-01T10:00:00Z', null, null);
INSERT INTO consents (id, member_id, purpose, wording, given_at) VALUES ('con_11', 'mem_11', 'programme', 'programme-1', '2026-03-01T10:00:00Z');
