import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Audit } from '#ledger/server';
import { connect } from '#platform/db';
import { startCluster } from '#platform/postgres/cluster';
import { readSettings, SettingsFault } from '#platform/settings';
import { dataFolder, project } from './start/folders.server.ts';
import { auditHouse, houseChecks } from './house-audit.server.ts';
import { takeLock } from './start/only-one.server.ts';

/**
 * `npm run audit`: proves the ledger and the receipts clean, beside a running shop or without one. Reads only.
 * Ends with 0 when it is clean, 1 when it is not, 2 when it could not look.
 */

const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** The database of this installation. The embedded one is brought up for the time being when the shop is closed. */
async function open(): Promise<{ url: string; close(): Promise<void> }> {
	const file = join(project, '.env');
	if (existsSync(file)) process.loadEnvFile(file);
	const settings = readSettings(process.env);
	if (settings.database) return { url: settings.database.url, close: async () => {} };
	const folder = dataFolder(settings.dataFolder);
	if (!existsSync(join(folder, 'database'))) throw new Error(`There is no shop yet in ${folder}: npm start makes one.`);
	// Held while nobody else runs here, so that no shop opens on a database that is about to be stopped.
	const held = await takeLock(join(folder, 'running.json'));
	const cluster = await startCluster({ folder: join(folder, 'database'), say });
	const close = async () => {
		if ('holder' in held) return;
		await cluster.stop();
		await held.release();
	};
	return { url: cluster.url('pareto'), close };
}

const number = new Intl.NumberFormat('en', { useGrouping: true });

function report({ figures, findings }: Audit, seconds: number): void {
	const { outstanding, ...counts } = figures;
	const rows: [string, string][] = Object.entries(counts).map(([name, count]) => [
		name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`),
		number.format(count)
	]);
	for (const { unit, balance } of outstanding)
		rows.push([
			`outstanding ${unit}`,
			unit === 'points' ? number.format(balance) : `${number.format(balance)} minor units`
		]);
	const width = Math.max(...rows.map(([name]) => name.length));
	for (const [name, figure] of rows) say(`  ${name.padEnd(width)}  ${figure}`);
	say('');
	for (const check of houseChecks) {
		const found = findings.filter((finding) => finding.check === check);
		say(`  ${found.length === 0 ? 'ok    ' : 'BROKEN'}  ${check}`);
		for (const { subject, detail } of found) say(`            ${subject}: ${detail}`);
	}
	say(findings.length === 0 ? `\nThe books are clean (${seconds.toFixed(1)} s).` : '\nThe books are NOT clean.');
}

async function main(): Promise<number> {
	const { url, close } = await open();
	try {
		const connection = connect(url, { max: 1, name: 'pareto-audit' });
		try {
			const began = performance.now();
			const result = await auditHouse(connection.db);
			report(result, (performance.now() - began) / 1000);
			return result.findings.length === 0 ? 0 : 1;
		} finally {
			await connection.end();
		}
	} finally {
		await close();
	}
}

main().then(
	(code) => (process.exitCode = code),
	(error: unknown) => {
		process.stderr.write(
			`The audit could not look: ${error instanceof SettingsFault ? '\n' : ''}${(error as Error).message}\n`
		);
		process.exitCode = 2;
	}
);
