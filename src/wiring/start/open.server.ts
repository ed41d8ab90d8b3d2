import { randomBytes } from 'node:crypto';
import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { serversOf } from '#platform/addresses';
import { migrate } from '#platform/migrate';
import { ensureDatabase, startCluster, type Cluster } from '#platform/postgres/cluster';
import { openClient } from '#platform/primary';
import type { DatabaseAddresses, RunningSettings, Settings } from '#platform/settings';
import { StartFault } from './fault.server.ts';
import { prepareDataFolder } from './folders.server.ts';

export interface Opened {
	settings: RunningSettings;
	/** the embedded database, or null when DATABASE_URL names another */
	embedded: Cluster | null;
}

/**
 * Brings up the database and its newest tables, and fills in what the settings left open.
 * @param folder the data folder, for the embedded database and the secret
 */
export async function openDatabase(
	settings: Settings,
	folder: string,
	say: (sentence: string) => void
): Promise<Opened> {
	if (settings.database) {
		await reach(settings.database, say);
		await migrate(settings.database.directUrl);
		return { settings: { ...settings, database: settings.database, secret: settings.secret ?? '' }, embedded: null };
	}
	await prepareDataFolder(folder);
	const secret = settings.secret ?? (await keptSecret(join(folder, 'secret')));
	const cluster = await startCluster({ folder: join(folder, 'database'), say });
	try {
		await ensureDatabase(cluster, 'pareto');
		const url = cluster.url('pareto');
		await migrate(url);
		const database = { url, prepares: true, directUrl: url, readUrl: url };
		return { settings: { ...settings, database, secret }, embedded: cluster };
	} catch (error) {
		if (!cluster.adopted) await cluster.stop();
		throw error;
	}
}

/** The secret of this data folder, made on the first start. It appears whole or not at all. */
async function keptSecret(path: string): Promise<string> {
	const kept = await readFile(path, 'utf8').catch(() => null);
	if (kept) return kept.trim();
	const draft = `${path}.${process.pid}`;
	await writeFile(draft, `${randomBytes(33).toString('base64url')}\n`, { mode: 0o600 });
	await link(draft, path).catch((error: NodeJS.ErrnoException) => {
		if (error.code !== 'EEXIST') throw error;
	});
	await rm(draft, { force: true });
	return (await readFile(path, 'utf8')).trim();
}

const oldest = 15;

/** Sees that each given database answers, is new enough, and may be used; a server that is still starting is waited for. */
async function reach(addresses: DatabaseAddresses, say: (sentence: string) => void): Promise<void> {
	const named = {
		DATABASE_URL: addresses.url,
		DATABASE_DIRECT_URL: addresses.directUrl,
		DATABASE_READ_URL: addresses.readUrl
	};
	const seen = new Set<string>();
	for (const [name, url] of Object.entries(named)) {
		if (seen.has(url)) continue;
		seen.add(url);
		await reachOne(name, url, say);
	}
}

async function reachOne(name: string, url: string, say: (sentence: string) => void): Promise<void> {
	const host = serversOf(url);
	for (let attempt = 0; ; attempt++) {
		const sql = openClient(url, { max: 1, connect_timeout: 10, onnotice: () => {} });
		try {
			const [row] = await sql<{ version: string }[]>`select current_setting('server_version_num') as version`;
			const version = Math.floor(Number(row?.version) / 10_000);
			if (version < oldest)
				throw new StartFault(`${name} leads to a Postgres ${version}; Pareto needs ${oldest} or newer.`);
			return;
		} catch (error) {
			if (error instanceof StartFault) throw error;
			const { code } = error as { code?: string };
			const passing = /^(ECONNREFUSED|57P03|CONNECT_TIMEOUT|NO_PRIMARY)$/.test(code ?? '');
			if (passing && attempt < 15) {
				if (attempt === 0) say(`Waiting for the database at ${host} …`);
				await wait(1000);
				continue;
			}
			throw new StartFault(`${name} (${host}) cannot be used: ${reason(code, error)}`);
		} finally {
			await sql.end({ timeout: 1 }).catch(() => {});
		}
	}
}

function reason(code: string | undefined, error: unknown): string {
	switch (code) {
		case 'ECONNREFUSED':
			return 'nothing answers there. Is the database running, and is the port right?';
		case 'ENOTFOUND':
		case 'EAI_AGAIN':
			return 'no such host is known.';
		case 'CONNECT_TIMEOUT':
			return 'it does not answer in time.';
		case '28P01':
		case '28000':
			return 'it refuses this user or password.';
		case '3D000':
			return 'there is no database of that name. Make it first: create database …';
		default:
			return (error as Error).message;
	}
}
