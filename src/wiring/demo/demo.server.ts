import { inTransaction, sqlOf, type Connection, type Db } from '#platform/db';
import { findProgramme, listStores } from '#stores/server';
import { listStaff, makeEnrolmentCode } from '#identity/server';
import { grouped } from '#core/codes';
import { house } from './people.ts';
import { seedShop, type SeedOptions } from './seed.server.ts';

/** How far the demo shop has come, kept as an idempotency key of the house. */
const caller = 'house';
const begun = 'demo-shop-begun';
const finished = 'demo-shop-finished';

async function marks(db: Db): Promise<Set<string>> {
	const rows = await sqlOf(db)<{ key: string }[]>`
		select key from once_keys where caller = ${caller} and key in (${begun}, ${finished})`;
	return new Set(rows.map((row) => row.key));
}

async function mark(db: Db, key: string, now: Date): Promise<void> {
	await sqlOf(db)`insert into once_keys (caller, key, input_hash, at)
		values (${caller}, ${key}, '', ${now.toISOString()}) on conflict do nothing`;
}

/** A run that was cut off is cleared away whole: nothing was served from it yet. */
async function clear(db: Db): Promise<void> {
	await sqlOf(db)`do $$ declare tables text; begin
		select string_agg(format('%I.%I', schemaname, tablename), ', ') into tables from pg_tables where schemaname = 'public';
		execute 'truncate ' || tables || ' cascade';
	end $$`;
}

const isEmpty = async (db: Db): Promise<boolean> => (await findProgramme(db)) === null;

/** Fills an empty database with the demo shop; does nothing where a house has begun to work on its own. */
export async function seedDemo({ db }: Connection, options: SeedOptions): Promise<void> {
	const known = await marks(db);
	if (known.has(finished)) return;
	if (known.has(begun)) await clear(db);
	else if (!(await isEmpty(db))) return;
	await mark(db, begun, options.now);
	await seedShop(db, options);
	await mark(db, finished, options.now);
}

/**
 * Takes away what a cut-off run left, for a start without the demo shop. Otherwise a house founded upon it would be
 * cleared away with it by a later start.
 */
export async function clearUnfinishedDemo({ db }: Connection): Promise<void> {
	const known = await marks(db);
	if (known.has(begun) && !known.has(finished)) await clear(db);
}

export interface DemoSignIn {
	who: string;
	path: string;
	how: string;
}

/** How to sign in to the demo shop; empty where there is none. A new tablet code is made each time: it lives minutes. */
export async function demoSignIns({ db }: Connection, now: Date): Promise<DemoSignIn[]> {
	if (!(await marks(db)).has(finished)) return [];
	const [[store], staff] = await Promise.all([listStores(db), listStaff(db)]);
	const by = staff.find((person) => person.role === 'owner')?.id;
	const tablet =
		store && by
			? await inTransaction(db, (tx) => makeEnrolmentCode(tx, { storeId: store.id, name: 'Demo tablet', by }, now))
			: null;
	const pins = house.cashiers.map(({ name, pin }) => `${name} ${pin}`).join(', ');
	return [
		{ who: 'Shopper', path: '/', how: 'any e-mail address, or member0001@pareto.example for one with a history' },
		{ who: 'Owner', path: '/admin', how: `${house.owner.email}, password ${house.password}` },
		{ who: 'Manager', path: '/admin', how: `${house.manager.email}, password ${house.password}` },
		...(tablet
			? [{ who: 'Tablet', path: '/till', how: `code ${grouped(tablet.code)} (15 minutes; the console makes more)` }]
			: []),
		{ who: 'Cashiers', path: '/till', how: `PIN: ${pins}` }
	];
}
