import { join } from 'node:path';
import { readMigrationFiles } from 'drizzle-orm/migrator';
import { migrate as applyMigrations } from 'drizzle-orm/postgres-js/migrator';
import { connect } from './db.server.ts';

/** Two migrators at once break each other (duplicate key in pg_type): whoever holds this lock migrates, the other waits. */
const migrationLock = 7_281_936_450_127;

const ownFolder = join(import.meta.dirname, '..', '..', 'drizzle');

/** The database and this version of the app do not fit together. */
export class MigrationFault extends Error {
	override name = 'MigrationFault';
}

/**
 * Brings the database to the newest tables.
 * @param url a direct connection: an advisory lock does not survive a pooler in transaction mode
 * @param folder where meta/_journal.json is; the project's own by default
 * @returns how many migrations were new
 */
export async function migrate(url: string, folder: string = ownFolder): Promise<number> {
	const connection = connect(url, { max: 1, name: 'pareto-migrate' });
	try {
		await connection.client`select pg_advisory_lock(${migrationLock})`;
		const known = readMigrationFiles({ migrationsFolder: folder }).map((file) => file.hash);
		const before = await applied(connection.client);
		const unknown = before.filter((hash) => !known.includes(hash));
		if (unknown.length > 0) {
			throw new MigrationFault(
				`This database has ${unknown.length} migration(s) that this version of Pareto does not know: a newer or ` +
					'another version made it. Start that version, or use another database (PARETO_DATA or DATABASE_URL).'
			);
		}
		await applyMigrations(connection.db, { migrationsFolder: folder });
		const after = await applied(connection.client);
		// drizzle skips a migration that is older than the newest applied one: a merge of two branches makes such a pair.
		const missing = known.filter((hash) => !after.includes(hash));
		if (missing.length > 0) {
			throw new MigrationFault(
				`${missing.length} migration(s) in ${folder} are older than what this database has, and were not applied. ` +
					'Generate them again on top of the newest: npm run db:generate'
			);
		}
		return after.length - before.length;
	} finally {
		await connection.end();
	}
}

/** Hashes of the migrations that the database has seen. */
async function applied(client: ReturnType<typeof connect>['client']): Promise<string[]> {
	const [table] = await client`select to_regclass('drizzle.__drizzle_migrations') as name`;
	if (!table?.name) return [];
	return (await client`select hash from drizzle.__drizzle_migrations`).map((row) => row.hash as string);
}
