import { sql as query } from 'drizzle-orm';
import { sqlOf, type Db, type Raw, type Tx } from '#platform/db';
import { house, pointsUnit } from './index.ts';

/**
 * Proof that the balances are right, from the rows alone: nothing here trusts what the verbs meant to do. Every check is
 * one statement over everything; all of them see one moment, beside a running shop.
 */

export interface Finding {
	/** which promise is broken */
	check: string;
	/** where: owner, account, transfer or hold */
	subject: string;
	/** what was found and what should be there */
	detail: string;
}

export interface AuditFigures {
	owners: number;
	accounts: number;
	transfers: number;
	entries: number;
	lots: number;
	openHolds: number;
	/** what the owners hold, by unit: what the house owes them */
	outstanding: { unit: string; balance: number }[];
}

export interface Audit {
	figures: AuditFigures;
	/** empty: the ledger is clean. At most `most` for each check. */
	findings: Finding[];
}

/** Each gives (subject, detail) of what is wrong; none, when all is well. */
const checks: Record<string, string> = {
	'every transfer has exactly the entries of its sides': `
		with sides as (
			select id, debit_owner_id as owner_id, debit_name as name, -amount as amount from transfers where debit_owner_id <> '${house}'
			union all
			select id, credit_owner_id, credit_name, amount from transfers where credit_owner_id <> '${house}'
		)
		select coalesce(s.id, e.transfer_id) as subject,
			concat_ws(' ', 'transfer:', s.owner_id, s.name, s.amount, '· entry:', e.owner_id, e.name, e.amount) as detail
		from sides s full join (select transfer_id, owner_id, name, amount from entries) e
			on e.transfer_id = s.id and e.owner_id = s.owner_id and e.name = s.name and e.amount = s.amount
		where s.id is null or e.transfer_id is null
		union all
		select transfer_id, concat_ws(' ', 'noted', count(*), 'times on', owner_id, name)
		from entries group by transfer_id, owner_id, name having count(*) > 1`,
	'an entry tells what its transfer tells': `
		select e.transfer_id as subject, concat_ws(' ', e.owner_id, e.seq) as detail
		from entries e join transfers t on t.id = e.transfer_id
		where (e.reason, e.ref, e.posted_at) is distinct from (t.reason, t.ref, t.posted_at)`,
	'both sides of a transfer are kept in its unit': `
		select t.id as subject, concat_ws(' ', t.unit, 'on an account in', a.unit) as detail
		from transfers t join accounts a
			on (a.owner_id = t.debit_owner_id and a.name = t.debit_name) or (a.owner_id = t.credit_owner_id and a.name = t.credit_name)
		where a.unit <> t.unit`,
	'a balance is the sum of its entries': `
		select concat_ws(' ', coalesce(a.owner_id, e.owner_id), coalesce(a.name, e.name)) as subject,
			concat_ws(' ', 'account:', a.credited, a.debited, '· entries:', e.credited, e.debited) as detail
		from accounts a full join (
			select owner_id, name, coalesce(sum(amount) filter (where amount > 0), 0) as credited,
				coalesce(-sum(amount) filter (where amount < 0), 0) as debited
			from entries group by owner_id, name
		) e on e.owner_id = a.owner_id and e.name = a.name
		where a.credited is distinct from coalesce(e.credited, 0) or a.debited is distinct from coalesce(e.debited, 0)`,
	'the chain of volumes after each entry is unbroken': `
		select concat_ws(' ', owner_id, name) as subject, concat_ws(' ', 'at entry', seq) as detail
		from (select owner_id, name, seq, credited_after, debited_after,
				sum(greatest(amount, 0)) over w as credited, sum(greatest(-amount, 0)) over w as debited
			from entries window w as (partition by owner_id, name order by seq)) e
		where credited_after <> credited or debited_after <> debited`,
	'an owner’s entries are numbered without gaps': `
		select owner_id as subject, concat_ws(' ', count(*), 'entries up to', max(seq)) as detail
		from entries group by owner_id having count(*) <> max(seq) or min(seq) <> 1`,
	'what is in a pot is what its open lots hold': `
		select concat_ws(' ', a.owner_id, a.name) as subject,
			concat_ws(' ', 'balance', a.credited - a.debited, '· lots', coalesce(l.rest, 0)) as detail
		from accounts a left join lateral (
			select sum(least(l.amount, l.cumulative - a.debited)) as rest from lots l
			where l.owner_id = a.owner_id and l.name = a.name and l.cumulative > a.debited
		) l on true
		where (a.name like 'points%' or a.name like 'pending/%') and a.credited - a.debited <> coalesce(l.rest, 0)`,
	'lots follow each other without gaps and fall due in their order': `
		select concat_ws(' ', owner_id, name) as subject, concat_ws(' ', 'at lot', cumulative) as detail
		from (select l.owner_id, l.name, l.cumulative, l.cumulative - l.amount as start, l.due_at, a.credited, a.last_due_at,
				lag(l.cumulative, 1, 0::bigint) over w as before, lag(l.due_at) over w as due_before, lead(l.cumulative) over w as next
			from lots l left join accounts a on a.owner_id = l.owner_id and a.name = l.name
			window w as (partition by l.owner_id, l.name order by l.cumulative)) l
		where start <> before or due_at < due_before or (before > 0 and (due_at is null) <> (due_before is null))
			or (next is null and (credited is distinct from cumulative or last_due_at is distinct from due_at))`,
	'a lot came with a credit of its size': `
		select concat_ws(' ', l.owner_id, l.name) as subject, concat_ws(' ', 'lot', l.cumulative, 'of', l.transfer_id) as detail
		from lots l left join transfers t on t.id = l.transfer_id
		where (t.credit_owner_id, t.credit_name, t.amount) is distinct from (l.owner_id, l.name, l.amount)`,
	'no open lot falls due before its account says': `
		select concat_ws(' ', a.owner_id, a.name) as subject, concat_ws(' ', 'lot due', min(l.due_at), 'account', a.first_due_at) as detail
		from accounts a join lots l on l.owner_id = a.owner_id and l.name = a.name and l.cumulative > a.debited
		where l.due_at < coalesce(a.first_due_at, 'infinity')
		group by a.owner_id, a.name, a.first_due_at`,
	'what is held is what open holds set aside': `
		select concat_ws(' ', a.owner_id, a.name) as subject, concat_ws(' ', 'held', a.held, '· holds', coalesce(h.amount, 0)) as detail
		from accounts a full join (
			select owner_id, name, sum(amount) as amount from holds where captured_at is null and released_at is null
			group by owner_id, name
		) h on h.owner_id = a.owner_id and h.name = a.name
		where a.held is distinct from coalesce(h.amount, 0)`,
	'no account is below its floor, and debt is never a claim': `
		select concat_ws(' ', owner_id, name) as subject, concat_ws(' ', 'balance', credited - debited, 'held', held, 'floor', floor) as detail
		from accounts where credited - debited - held < floor or (name like 'debt%' and credited > debited)
			or (floor is null and name not like 'debt%' and unit like '${pointsUnit}%')`,
	'an account that is closed is empty': `
		select concat_ws(' ', owner_id, name) as subject, concat_ws(' ', 'balance', credited - debited, 'held', held) as detail
		from accounts where closed_at is not null and (credited <> debited or held <> 0 or first_due_at is not null)`,
	'every account’s owner has a row to lock': `
		select a.owner_id as subject, a.name as detail from accounts a left join account_owners o on o.owner_id = a.owner_id
		where o.owner_id is null`,
	'the house and its owners add up to nothing': `
		select t.unit as subject, concat_ws(' ', 'house', t.house, '· owners', coalesce(a.owners, 0)) as detail
		from (select unit, sum(case when credit_owner_id = '${house}' then amount else 0 end)
				- sum(case when debit_owner_id = '${house}' then amount else 0 end) as house from transfers group by unit) t
		full join (select unit, sum(credited - debited) as owners from accounts group by unit) a using (unit)
		where coalesce(t.house, 0) + coalesce(a.owners, 0) <> 0`
};

/** What the audit proves of the ledger, in words. */
export const auditChecks: readonly string[] = Object.keys(checks);

interface AuditOptions {
	/** findings told for each check */
	most?: number;
	/** checks of others who keep facts beside the ledger: in words, and the query that finds what breaks them */
	also?: Readonly<Record<string, string>>;
}

/** Looks at everything, at one moment. */
export const audit = (db: Db, { most = 20, also = {} }: AuditOptions = {}): Promise<Audit> =>
	db.transaction(
		async (tx) => {
			// Millions of rows are joined at once: let the planner sort and hash in memory it would not give a posting.
			await tx.execute(query`set local work_mem = '128MB'`);
			return auditWithin(tx as unknown as Tx, { most, also });
		},
		{ isolationLevel: 'repeatable read', accessMode: 'read only' }
	);

/** The same inside a transaction that is open already. */
export async function auditWithin(tx: Tx, { most = 20, also = {} }: AuditOptions = {}): Promise<Audit> {
	const sql = sqlOf(tx);
	const figures = await figuresOf(sql);
	const findings: Finding[] = [];
	for (const [check, text] of Object.entries({ ...checks, ...also })) {
		const rows = await sql.unsafe<{ subject: string; detail: string }[]>(`${text} limit ${most}`);
		for (const { subject, detail } of rows) findings.push({ check, subject, detail });
	}
	return { figures, findings };
}

async function figuresOf(sql: Raw): Promise<AuditFigures> {
	const [counts] = await sql.unsafe<Omit<AuditFigures, 'outstanding'>[]>(
		`select (select count(*) from account_owners)::int as owners, (select count(*) from accounts)::int as accounts,
			(select count(*) from transfers)::int as transfers, (select count(*) from entries)::int as entries,
			(select count(*) from lots)::int as lots,
			(select count(*) from holds where captured_at is null and released_at is null)::int as "openHolds"`
	);
	const outstanding = await sql.unsafe<AuditFigures['outstanding']>(
		'select unit, sum(credited - debited)::bigint as balance from accounts group by unit order by unit'
	);
	return { ...(counts as Omit<AuditFigures, 'outstanding'>), outstanding: [...outstanding] };
}
