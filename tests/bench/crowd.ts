import { inTransaction, sqlOf, type Db } from '#platform/db';
import { wordsOf } from '../../src/modules/customers/words.ts';

/**
 * A great many members, written by the database itself. The nth has always the same name, address, tags and points:
 * one in fifty is called by one of ten frequent names, ten are called as nobody else is; two in three have bought and
 * hold points with their whole life in the ledger; one in five has receipts; the first fifth has come from another system.
 */
export const crowd = {
	city: 'att_benchcity0000000000000',
	formerNumber: 'att_benchnumber00000000000',
	/** every third */
	oftenTag: 'tag_benchoften000000000000',
	/** the first fifth: nobody who joined lately */
	oldTag: 'tag_benchold00000000000000',
	/** one in 20,000, at least one */
	rareTag: 'tag_benchrare0000000000000',
	cities: ['Hamburg', 'Lübeck', 'Kiel', 'Bremen', 'Husum'],
	/** of whom there are ten, whatever the size */
	rareName: 'Quirin Zabelstein'
} as const;

/** Of the nth member, as the statements below write them. */
export const nth = {
	id: (n: number): string =>
		`mem_${(1_600_000_000 + n).toString(16).padStart(10, '0')}${n.toString(16).padStart(12, '0')}`,
	number: (n: number): string =>
		n.toString(16).padStart(10, '0').toUpperCase().replaceAll('0', 'X').replaceAll('1', 'Y'),
	email: (n: number): string => `shopper${n}@mail${n % 7}.example`,
	phone: (n: number): string => `+49170${String(n).padStart(8, '0')}`,
	card: (n: number): string => `7${String(n).padStart(12, '0')}`
};

const firsts = `array['Anna','Ben','Clara','David','Elif','Finn','Greta','Hamid','Ida','Jonas','Klara','Leon','Mila','Noah',
	'Olga','Paul','Rosa','Samir','Thea','Umut']`;
const frequent = `array['Schmidt','Schneider','Meyer','Weber','Wagner','Becker','Schulz','Hoffmann','Koch','Richter']`;
const syllables = `array['bar','del','fen','gor','hul','jan','kes','lim','mor','nat','ost','pel','rad','sam','tor','ulm',
	'vik','wen','yor','zim']`;

/** A surname of three syllables, 8,000 in all; one in fifty has one of the ten frequent ones. */
const surname = `case when n % 50 = 0 then (${frequent})[1 + n / 50 % 10] else initcap((${syllables})[1 + n % 20] ||
	(${syllables})[1 + n / 20 % 20] || (${syllables})[1 + n / 400 % 20]) end`;
const id = `'mem_' || lpad(to_hex(1600000000 + n), 10, '0') || lpad(to_hex(n), 12, '0')`;
const phone = `'+49170' || lpad(n::text, 8, '0')`;
const email = `'shopper' || n || '@mail' || n % 7 || '.example'`;

/** What a chunk of rows is written by, in this order; $1 the first, $2 the last, $3 how many there will be. */
export type Steps = readonly (readonly [table: string, statement: string])[];

const steps: Steps = [
	[
		'members',
		`insert into members (id, number, name, email, phone, language, birthday, birth_year, words, version, created_at, joined_at, blocked_at)
		select id, translate(upper(lpad(to_hex(n), 10, '0')), '01', 'XY'), first || ' ' || last, email, phone, 'en',
			to_char(n % 12 + 1, 'FM00') || '-' || to_char(n % 28 + 1, 'FM00'), 1950 + n % 55,
			array_to_tsvector(array[lower(first), lower(last), '@' || email, '+' || reverse(substr(phone, 2))]), 1, at, at,
			case when n % 2000 = 7 then at end
		from (select n, ${id} as id, (${firsts})[1 + n * 7 % 20] as first, ${surname} as last, ${email} as email,
				${phone} as phone, timestamptz '2021-01-01T00:00:00Z' + n * interval '150 seconds' as at
			from generate_series($1::bigint, $2::bigint) n where $3 > 0) x`
	],
	[
		'consents',
		`insert into consents (id, member_id, purpose, wording, given_at, source)
		select 'con_' || substr(${id}, 5), ${id}, 'programme', 'programme-1', now(), 'import'
		from generate_series($1::bigint, $2::bigint) n where $3 > 0`
	],
	[
		'member_tags',
		`insert into member_tags (member_id, tag_id, tagged_at)
		select ${id}, tag, now() from generate_series($1::bigint, $2::bigint) n cross join lateral (values
			('${crowd.oftenTag}', n % 3 = 0), ('${crowd.oldTag}', n < $3 / 5), ('${crowd.rareTag}', n % 20000 = 9)) t(tag, has)
		where has`
	],
	[
		'member_attributes',
		`insert into member_attributes (member_id, attribute_id, text)
		select ${id}, a, text from generate_series($1::bigint, $2::bigint) n cross join lateral (values
			('${crowd.city}', (array['Hamburg','Lübeck','Kiel','Bremen','Husum'])[1 + n % 5]),
			('${crowd.formerNumber}', 'K-' || n)) t(a, text) where $3 > 0`
	],
	[
		'member_codes',
		`insert into member_codes (id, member_id, code, kind, added_at)
		select 'mco_' || substr(${id}, 5), ${id}, '7' || lpad(n::text, 12, '0'), 'card', now()
		from generate_series($1::bigint, $2::bigint) n where n % 3 = 1 and $3 > 0`
	],
	[
		'member_figures',
		`insert into member_figures (member_id, visits, spent_cents, returned_cents, first_at, last_at)
		select ${id}, 1 + n % 40, n * 7919 % 500000 + 100, n * 31 % 100, now() - interval '700 days',
			now() - n * 104729 % 60000000 * interval '1 second'
		from generate_series($1::bigint, $2::bigint) n where n % 3 < 2 and $3 > 0`
	],
	[
		'account_owners',
		`insert into account_owners (owner_id, created_at)
		select ${id}, now() from generate_series($1::bigint, $2::bigint) n where n % 3 < 2 and $3 > 0`
	],
	[
		'accounts',
		`insert into accounts (owner_id, name, unit, credited, debited, created_at, first_due_at, last_due_at)
		select ${id}, 'points/365', 'points', 100 + n % 900, 0, now(), now() + interval '90 days', now() + interval '90 days'
		from generate_series($1::bigint, $2::bigint) n where n % 3 < 2 and $3 > 0`
	],
	[
		'transfers',
		`insert into transfers (id, debit_owner_id, debit_name, credit_owner_id, credit_name, unit, amount, reason, posted_at)
		select 'trf_' || substr(${id}, 5), 'house', 'points', ${id}, 'points/365', 'points', 100 + n % 900, 'earned', now()
		from generate_series($1::bigint, $2::bigint) n where n % 3 < 2 and $3 > 0`
	],
	[
		'entries',
		`insert into entries (owner_id, seq, name, transfer_id, amount, credited_after, debited_after, reason, posted_at)
		select ${id}, 1, 'points/365', 'trf_' || substr(${id}, 5), 100 + n % 900, 100 + n % 900, 0, 'earned', now()
		from generate_series($1::bigint, $2::bigint) n where n % 3 < 2 and $3 > 0`
	],
	[
		'lots',
		`insert into lots (owner_id, name, cumulative, amount, due_at, transfer_id, created_at)
		select ${id}, 'points/365', 100 + n % 900, 100 + n % 900, now() + interval '90 days', 'trf_' || substr(${id}, 5), now()
		from generate_series($1::bigint, $2::bigint) n where n % 3 < 2 and $3 > 0`
	],
	[
		'receipts',
		`insert into receipts (id, number, store_id, member_id, currency, list_cents, discount_cents, total_cents, points_spent,
			points_paid_cents, gift_card_cents, to_pay_cents, points_earned, tenders, steps, lines, happened_at, committed_at)
		select 'rcp_' || substr(${id}, 5), 'R' || translate(upper(lpad(to_hex(n), 11, '0')), '01', 'XY'),
			(select min(id) from stores), ${id}, 'EUR', 1000, 0, 1000, 0, 0, 0, 1000, 10, '[]', '[]', '[]',
			now() - n * interval '1 minute', now() - n * interval '1 minute'
		from generate_series($1::bigint, $2::bigint) n where n % 5 = 1 and $3 > 0`
	]
];

/** Tags and attributes, before the first member comes. */
export async function openCrowd(db: Db): Promise<void> {
	const sql = sqlOf(db);
	const { city, formerNumber, oftenTag, oldTag, rareTag, cities } = crowd;
	for (const [id, name] of [
		[oftenTag, 'often'],
		[oldTag, 'old'],
		[rareTag, 'rare']
	] as const)
		await sql`insert into tags (id, name, folded, colour, created_at) values (${id}, ${name}, ${name}, 'good', now())`;
	for (const [id, key, kind] of [
		[city, 'city', 'choice'],
		[formerNumber, 'former_number', 'text']
	] as const)
		await sql`insert into attributes (id, key, label, kind, choices, required, shown_at_till, personal, position, created_at)
			values (${id}, ${key}, ${key}, ${kind}, ${JSON.stringify(cities)}, false, false, false, 1, now())`;
}

/** Takes the indexes that only find off these tables while they are written. @returns puts them back */
async function withoutIndexes(db: Db, tables: readonly string[]): Promise<() => Promise<void>> {
	const sql = sqlOf(db);
	const dropped = await sql<{ name: string; made: string }[]>`
		select c.relname as name, pg_get_indexdef(i.indexrelid) as made
		from pg_index i join pg_class c on c.oid = i.indexrelid join pg_class t on t.oid = i.indrelid
		where t.relname in ${sql([...tables])} and not i.indisunique`;
	for (const { name } of dropped) await sql.unsafe(`drop index "${name}"`);
	return async () => {
		for (const { made } of dropped)
			await inTransaction(db, async (tx) => {
				await sqlOf(tx)`set local maintenance_work_mem = '512MB'`;
				await sqlOf(tx).unsafe(made);
			});
	};
}

/** Rows `from` … `to` − 1 of as many as there will be (`to`), a hundred thousand in a transaction. */
export async function writeSteps(db: Db, steps: Steps, from: number, to: number): Promise<void> {
	const putBack = await withoutIndexes(db, [...new Set(steps.map(([table]) => table))]);
	const chunk = 100_000;
	for (let first = from; first < to; first += chunk)
		await inTransaction(db, async (tx) => {
			// Millions of rows that fit each other by their making: asking for each costs more than writing it.
			await sqlOf(tx)`set local session_replication_role = replica`;
			for (const [, statement] of steps)
				await sqlOf(tx).unsafe(statement, [first, Math.min(to, first + chunk) - 1, to], { prepare: true });
		});
	await putBack();
}

/** Members `from` … `to` − 1 of as many as there will be (`to`). */
export async function gather(db: Db, from: number, to: number): Promise<void> {
	await writeSteps(db, steps, from, to);
	if (from > 0) return;
	const sql = sqlOf(db);
	const words = wordsOf({ name: crowd.rareName, email: null, phone: null });
	await sql`update members set name = ${crowd.rareName}, email = null, phone = null, words = ${words}
		where id in ${sql(Array.from({ length: 10 }, (_, n) => nth.id(3 + n * 100)))}`;
}
