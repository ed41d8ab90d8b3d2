import type { Db } from '#platform/db';
import { sqlOf } from '#platform/db';

/**
 * Faults at an exact place of a transaction: triggers that raise an error or cut the connection the first few times after
 * one of these tables is written, or at the commit itself. A sequence counts the shots, since it is not undone.
 */
export const faultPlaces = [
	'members',
	'receipts',
	'returns',
	'return_lines',
	'member_figures',
	'account_owners',
	'accounts',
	'transfers',
	'entries',
	'lots',
	'voucher_codes',
	'voucher_redemptions',
	'outbox',
	'once_keys'
] as const;

export interface Fault {
	/** a table, or `commit` */
	place: (typeof faultPlaces)[number] | 'commit';
	/** an SQLSTATE to fail with, or `cut`: the connection is gone */
	kind: 'P0001' | '40001' | '40P01' | 'cut';
	/** how often it strikes before it is over */
	shots: number;
}

export async function installFaults(db: Db): Promise<void> {
	await sqlOf(db).unsafe(`
		create table armed_fault (place text not null, kind text not null, shots int not null);
		create sequence fault_shots;
		create function strike() returns trigger language plpgsql as $$
		declare fault armed_fault;
		begin
			select * into fault from armed_fault where place = tg_argv[0];
			if not found or nextval('fault_shots') > fault.shots then return null; end if;
			if fault.kind = 'cut' then
				perform pg_terminate_backend(pg_backend_pid());
				perform pg_sleep(5);
			end if;
			raise exception 'a fault of the simulation' using errcode = fault.kind;
		end $$;
		${faultPlaces
			.map(
				(table) => `create trigger strike after insert or update on ${table} for each statement
					execute function strike('${table}');`
			)
			.join('\n')}
		${['receipts', 'returns']
			.map(
				(table) => `create constraint trigger strike_commit after insert on ${table} deferrable initially deferred
					for each row execute function strike('commit');`
			)
			.join('\n')}
	`);
}

export async function arm(db: Db, { place, kind, shots }: Fault): Promise<void> {
	const sql = sqlOf(db);
	await sql`select setval('fault_shots', 1, false)`;
	await sql`insert into armed_fault (place, kind, shots) values (${place}, ${kind}, ${shots})`;
}

/** @returns how often it struck */
export async function disarm(db: Db): Promise<number> {
	const [row] = await sqlOf(db)<{ struck: number }[]>`
		with gone as (delete from armed_fault returning shots)
		select case when s.is_called then least(s.last_value, (select max(shots) from gone)) else 0 end::int as struck
		from fault_shots s`;
	return row?.struck ?? 0;
}
