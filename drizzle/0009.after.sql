-- Returns what went wrong: nothing, when points still live for a year and all other rules are as they were.
SELECT rules FROM programmes WHERE rules IS DISTINCT FROM '{"earn": {"points": 1, "pendingDays": 0, "inactiveDays": null,
	"expiry": {"days": 365, "rounding": "day", "monthDay": null}}, "spend": {"enabled": true}}'::jsonb;
