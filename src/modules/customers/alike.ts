/**
 * What members who are likely one person have in common, as the database writes it: both are indexed, so that equal ones
 * lie side by side. Compared byte by byte, whatever the language of the database.
 */

const local = `split_part(split_part(lower(email), '@', 1), '+', 1)`;
const domain = `split_part(lower(email), '@', 2)`;

/** Writings of an address that reach the same person: `anna+shop@…`, dots with Gmail. */
export const emailAlike = `(case when ${domain} in ('gmail.com', 'googlemail.com')
	then replace(${local}, '.', '') || '@gmail.com' else ${local} || '@' || ${domain} end) collate "C"`;

/** A name without case, accents and double spaces, with the birthday. Cut, since one letter may stand for eighteen. */
export const nameAlike = `(birthday || ' ' || left(regexp_replace(regexp_replace(normalize(lower(name), NFKD), '[\\u0300-\\u036f]', '', 'g'),
	'\\s+', ' ', 'g'), 200)) collate "C"`;

/** Who counts: guests, and who is gone, are alike nobody. */
const living = 'joined_at is not null and erased_at is null and merged_into is null';
export const hasEmail = `email is not null and ${living}`;
export const hasBirthday = `name is not null and birthday is not null and ${living}`;
