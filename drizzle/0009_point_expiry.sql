-- Points may end with a month, a quarter, a year or on a day of the year; what ended day by day before does so still.
UPDATE programmes SET rules = jsonb_set(rules #- '{earn,expiryDays}', '{earn}', (rules->'earn') - 'expiryDays' || jsonb_build_object(
	'expiry', jsonb_build_object('days', rules->'earn'->'expiryDays', 'rounding', 'day', 'monthDay', null),
	'inactiveDays', null
));
