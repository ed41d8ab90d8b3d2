import { spawn } from 'node:child_process';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import postgres from 'postgres';
import { isRoot } from '../../src/platform/postgres/account.server.ts';
import { freePort } from '../../src/platform/postgres/cluster.server.ts';
import { testFolder } from './folders.ts';
import { findProgram } from './programs.ts';

/** The pgbouncer of this machine; null: none. */
export const findPgbouncer = (): string | null => findProgram('pgbouncer', ['/usr/sbin', '/usr/local/sbin']);

/** A pgbouncer in transaction mode in front of a database, with four connections to it. */
export async function startPooler(
	program: string,
	databaseUrl: string
): Promise<{ url: string; end(): Promise<void> }> {
	const { folder, clear } = await testFolder('pooler');
	const { hostname, port, username, password, pathname } = new URL(databaseUrl);
	const own = await freePort(0);
	const database = decodeURIComponent(pathname.slice(1));
	const file = join(folder, 'pgbouncer.ini');
	const target = `host=${hostname} port=${port || 5432} dbname=${database}`;
	await writeFile(
		file,
		`[databases]
${database} = ${target} user=${decodeURIComponent(username)} password=${decodeURIComponent(password)}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${own}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 4
max_client_conn = 200
ignore_startup_parameters = extra_float_digits
`
	);
	await chmod(file, 0o644);
	const child = spawn(program, [...(isRoot() ? ['-u', 'nobody'] : []), file], { stdio: ['ignore', 'ignore', 'pipe'] });
	let said = '';
	child.stderr.on('data', (text: Buffer) => (said += text.toString()));
	const gone = new Promise<void>((done) => child.once('close', () => done()));
	const url = new URL(databaseUrl);
	url.hostname = '127.0.0.1';
	url.port = String(own);
	const end = async () => {
		child.kill('SIGKILL');
		await gone;
		await clear();
	};
	for (let tries = 0; ; tries++) {
		const sql = postgres(url.href, { max: 1, prepare: false, connect_timeout: 2 });
		try {
			await sql`select 1`;
			return { url: url.href, end };
		} catch (error) {
			if (tries < 50 && child.exitCode === null) await wait(100);
			else {
				await end();
				throw new Error(`the pooler does not answer: ${said}`, { cause: error });
			}
		} finally {
			await sql.end({ timeout: 1 });
		}
	}
}
