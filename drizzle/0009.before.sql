-- A programme whose points live for a year.
INSERT INTO programmes (id, name, currency, time_zone, rules, updated_at) VALUES ('programme', 'Corner shop', 'EUR', 'Europe/Vienna',
	'{"earn": {"points": 1, "pendingDays": 0, "expiryDays": 365}, "spend": {"enabled": true}}', '2026-03-01T10:00:00Z');
