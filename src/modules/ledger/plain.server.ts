import { newId } from '#core/ids';
import { listOf } from '#platform/bulk';
import { sqlOf, type Reads } from '#platform/db';
import { house, isPoints } from './index.ts';
import { namesOf, type Posting } from './post.server.ts';
import { isPostable } from './state.ts';

/** What a plain posting did. */
export interface PlainPosted {
	transferId: string;
	/** the account's balance after it */
	balance: number;
}

/** A posting that may be plain: money on, or off, one account that is there. */
type OneSided = Extract<Posting, { verb: 'credit' | 'debit' }>;

const mayBePlain = (posting: Posting): posting is OneSided =>
	posting.verb !== 'move' &&
	!(posting.verb === 'credit' && posting.open) &&
	!isPoints(posting.name) &&
	isPostable(posting.amount);

/**
 * The whole of a batch in one statement: locks, checks, writes.
 *
 * An account row is locked together with its owner's, so that both are read as they are after a wait. The newest `seq` is
 * read as it was when the statement began: should somebody else have written an entry of this owner since, the entry's key
 * refuses ours, everything is undone and asked again. What came before in the batch counts for what comes behind it; once
 * one of an owner's is not plain, none of the later ones is, so that they keep their order.
 *
 * Balances are written as they are (`book.server.ts` tells why). Account names below 'p' are money's: they have no lots.
 */
const statement = `with inp as materialized (
	select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::text[], $8::text[])
		with ordinality as x(id, owner_id, name, counter_name, unit, amount, reason, ref, ord)
), lk as materialized (
	select o.owner_id, a.name, a.unit, a.credited, a.debited, a.floor, (
		select coalesce(max(e.seq), 0) from entries e where e.owner_id = o.owner_id
	) as seq, o.posts_to is null and a.held = 0 and a.closed_at is null as free
	from (select distinct owner_id, name from inp) x
	join account_owners o on o.owner_id = x.owner_id collate "C"
	join accounts a on a.owner_id = x.owner_id collate "C" and a.name = x.name collate "C"
	order by o.owner_id, a.name
	for no key update of o, a
), chk as materialized (
	select i.*, lk.seq, lk.credited + sum(greatest(i.amount, 0)) over w as credited_after,
		lk.debited - sum(least(i.amount, 0)) over w as debited_after, lk.floor, coalesce(lk.free, false)
			and lk.unit = i.unit collate "C"
			and row_number() over (partition by i.id order by i.ord) = 1
			and not exists (select from transfers t where t.id = i.id collate "C") as ok
	from inp i left join lk on lk.owner_id = i.owner_id collate "C" and lk.name = i.name collate "C"
	window w as (partition by i.owner_id, i.name order by i.ord)
), judged as materialized (
	select chk.*, bool_and(ok and (floor is null or amount > 0 or credited_after - debited_after >= floor)
		and credited_after <= 9007199254740991 and debited_after <= 9007199254740991
	) over (partition by owner_id order by ord) as plain
	from chk
), moved as (
	insert into transfers (id, debit_owner_id, debit_name, credit_owner_id, credit_name, unit, amount, reason, ref, posted_at)
	select id, case when amount < 0 then owner_id else '${house}' end, case when amount < 0 then name else counter_name end,
		case when amount < 0 then '${house}' else owner_id end, case when amount < 0 then counter_name else name end,
		unit, abs(amount), reason, ref, $9::timestamptz
	from judged where plain
), noted as (
	insert into entries (owner_id, seq, name, transfer_id, amount, credited_after, debited_after, reason, ref, posted_at)
	select owner_id, seq + row_number() over (partition by owner_id order by ord), name, id, amount, credited_after,
		debited_after, reason, ref, $9::timestamptz
	from judged where plain
), updated as (
	update accounts a set credited = s.credited, debited = s.debited
	from (
		select owner_id, name, max(credited_after) as credited, max(debited_after) as debited
		from judged where plain group by owner_id, name
	) s
	where a.owner_id = s.owner_id collate "C" and a.name = s.name collate "C"
)
select ord::int as ord, id, (credited_after - debited_after)::bigint as balance from judged where plain`;

/**
 * Posts what is plain of a batch: a credit or debit of an account that is there, is nobody's share of a purse, has nothing
 * set aside, and can pay it; under an id that is new.
 * @returns one for each posting, in their order; null for those that were not plain, which changed nothing
 * @throws a violated key (23505) when somebody else posted for one of the owners, or under one of the ids, meanwhile
 */
export async function postPlain(
	reads: Reads,
	postings: readonly Posting[],
	now: Date
): Promise<(PlainPosted | null)[]> {
	const answers: (PlainPosted | null)[] = postings.map(() => null);
	const places: number[] = [];
	const asked: OneSided[] = [];
	// Whoever has one that is not plain has none behind it either; nor has an id.
	const passed = new Set<string>();
	for (const [place, posting] of postings.entries()) {
		const names = namesOf(posting);
		if (mayBePlain(posting) && !names.some((name) => passed.has(name))) {
			places.push(place);
			asked.push(posting);
		} else for (const name of names) passed.add(name);
	}
	if (asked.length === 0) return answers;
	const list = (value: (posting: OneSided) => unknown) => listOf(asked.map(value));
	const rows = await sqlOf(reads).unsafe<{ ord: number; id: string; balance: number }[]>(
		statement,
		[
			list(({ transferId }) => transferId ?? newId('transfer', now)),
			list(({ ownerId }) => ownerId),
			list(({ name }) => name),
			list(({ counterName }) => counterName),
			list(({ unit }) => unit),
			list(({ verb, amount }) => (verb === 'debit' ? -amount : amount)),
			list(({ reason }) => reason),
			list(({ ref }) => ref),
			now.toISOString()
		],
		{ prepare: true }
	);
	for (const { ord, id, balance } of rows) answers[places[ord - 1] as number] = { transferId: id, balance };
	return answers;
}
