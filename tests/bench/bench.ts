import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { connect, type Db } from '#platform/db';
import { readSettings, useSettings } from '#platform/settings';
import { startApp } from '../support/app.ts';
import { testFolder } from '../support/folders.ts';
import { Ending } from './ending.ts';
import { House } from './house.ts';
import { settle, type Sample } from './measure.ts';
import { OptionFault, readOptions, usage, type Kind, type Options } from './options.ts';
import { prove } from './proof.ts';
import { sellThroughHttp, sellThroughModule, type Acknowledged } from './sell.ts';
import { openServer, type BenchServer } from './server.ts';
import { reportOf, rowsOf, tableOf, verdictOf, type Figure } from './table.ts';
import { findPgbench, makeTables, measurePgbench, measureStatements, versionOf } from './yardstick.ts';

/**
 * `npm run bench`: how many checkouts a second this machine commits, against what the same Postgres does in the same
 * minutes with the transaction that everybody knows.
 */
const target = 0.5;

const say = (sentence: string): void => void process.stderr.write(`${sentence}\n`);

type Measure = (seconds: number, callers: number) => Promise<Sample>;

/** What is measured, by kind: those that were asked for and that this machine has. */
function kindsOf({ only, both }: Options, pgbench: string | null): Kind[] {
	if (only) {
		if (only.includes('pgbench') && !pgbench) throw new OptionFault('There is no pgbench on this machine.');
		return only;
	}
	const yardsticks: Kind[] = !pgbench ? ['statements'] : both ? ['pgbench', 'statements'] : ['pgbench'];
	return [...yardsticks, 'module', 'http'];
}

/** The built app as its own process, on the benchmark's database. */
async function serve(url: string, secret: string, ending: Ending): Promise<string> {
	const { folder, clear } = await testFolder('bench-app');
	ending.add('the app’s folder', clear);
	say('Starting the server (it is built first if need be) …');
	const app = startApp({ DATABASE_URL: url, PARETO_SECRET: secret, PARETO_DATA: folder }, ['--empty']);
	ending.add('the app', () => {
		app.signal('SIGTERM');
		return app.exit;
	});
	void app.exit.then(() => ending.signal.aborted || say(`The server ended:\n${app.said()}`));
	return app.address();
}

interface Scene {
	/** the counter's own connections, as the server has them */
	posting: Db;
	house: House;
	server: BenchServer;
	pgbench: string | null;
	acknowledged: Acknowledged;
}

async function measuresOf(
	kinds: Kind[],
	{ scene, secret, scale }: { scene: Scene; secret: string; scale: number },
	ending: Ending
): Promise<Map<Kind, Measure>> {
	const { server, pgbench } = scene;
	const yardstick = { url: server.yardstickUrl, scale };
	const measures = new Map<Kind, Measure>();
	for (const kind of kinds) {
		if (kind === 'statements') measures.set(kind, (seconds, callers) => measureStatements(yardstick, seconds, callers));
		if (kind === 'module') measures.set(kind, (seconds, callers) => sellThroughModule(scene, seconds, callers));
		if (kind === 'http') {
			const address = await serve(server.shopUrl, secret, ending);
			measures.set(kind, (seconds, callers) => sellThroughHttp({ address, ...scene }, seconds, callers));
		}
		if (kind === 'pgbench' && pgbench) {
			const { folder, clear } = await testFolder('bench-pgbench');
			ending.add('pgbench’s folder', clear);
			const where = { pgbench, folder, url: yardstick.url };
			measures.set(kind, (seconds, callers) => measurePgbench(where, seconds, callers, ending.signal));
		}
	}
	return measures;
}

/** Everything in turn, again and again: what disturbs the machine for a while disturbs all of it. */
async function measureAll(
	measures: Map<Kind, Measure>,
	scene: Scene,
	{ seconds, rounds, callers: counts }: Options
): Promise<Figure[]> {
	const kinds = [...measures.keys()];
	const figures = kinds.flatMap((kind) => counts.map((callers): Figure => ({ kind, callers, rounds: [] })));
	const most = Math.max(...counts);
	const rates = new Map<string, number>();
	const one = async (kind: Kind, callers: number, time: number): Promise<Sample> => {
		const name = `${kind} ${callers}`;
		// Twice what it sold last time; a guess for the first.
		const wanted = Math.ceil((rates.get(name) ?? 1000) * 2 * time) + callers;
		if (kind === 'module' || kind === 'http') await scene.house.stock(wanted, new Date());
		await settle();
		const sample = await (measures.get(kind) as Measure)(time, callers);
		rates.set(name, sample.perSecond);
		return sample;
	};
	say('Warming up …');
	for (const kind of kinds) await one(kind, most, 2);
	// Statements that were planned while the tables were empty are planned again.
	await scene.server.freshen();
	for (const kind of kinds) await one(kind, most, 2);
	for (let round = 1; round <= rounds; round++)
		for (const callers of counts)
			for (let turn = 0; turn < kinds.length; turn++) {
				const kind = kinds[(turn + round) % kinds.length] as Kind;
				const sample = await one(kind, callers, seconds);
				if (sample.count === 0) throw new Error(`${kind} did nothing in ${seconds} s: give it more --seconds.`);
				figures.find((figure) => figure.kind === kind && figure.callers === callers)?.rounds.push(sample);
				say(
					`round ${round} of ${rounds}  ${kind.padEnd(10)} ${callers} callers: ${sample.perSecond.toFixed(0)} per second`
				);
			}
	return figures;
}

async function bench(options: Options, ending: Ending): Promise<void> {
	const pgbench = findPgbench();
	const kinds = kindsOf(options, pgbench);
	say('Starting the database …');
	const server = await openServer(process.env.DATABASE_URL, ending);
	const secret = randomBytes(33).toString('base64url');
	const settings = readSettings({ DATABASE_URL: server.shopUrl, PARETO_SECRET: secret });
	if (!settings.database) throw new Error('the settings lost the database');
	useSettings({ ...settings, database: settings.database, secret });
	const { db, end } = connect(server.shopUrl, { max: 16, name: 'pareto-bench' });
	ending.add('the pool', end);
	const counter = connect(server.shopUrl, { max: 3, name: 'pareto-bench-counter' });
	ending.add('the counter’s pool', counter.end);

	say('Filling it …');
	if (kinds.includes('pgbench') || kinds.includes('statements')) await makeTables(server.yardstickUrl, options.scale);
	const tills = Math.max(...options.callers);
	const house = await House.open(db, { members: options.members, tills }, new Date());
	const scene: Scene = { posting: counter.db, house, server, pgbench, acknowledged: [] };
	const measures = await measuresOf(kinds, { scene, secret, scale: options.scale }, ending);
	const before = await server.checkpoints();
	const figures = await measureAll(measures, scene, options);
	const facts = {
		server: server.version,
		yardstick: kinds.includes('pgbench') && pgbench ? await versionOf(pgbench) : 'postgres.js',
		scale: options.scale,
		cores: cpus().length,
		node: process.version,
		checkpoints: (await server.checkpoints()) - before
	};
	const proved = await prove(db, scene.acknowledged);
	const rows = rowsOf(figures);
	process.stdout.write(`\n${headOf(facts, options)}\n\n${tableOf(rows)}\n\n`);
	for (const text of [verdictOf(rows, target), `Proof: ${proved}.`]) if (text) process.stdout.write(`${text}\n`);
	if (options.json)
		await writeFile(options.json, `${JSON.stringify(reportOf(figures, { ...facts, proved }, options), null, '\t')}\n`);
}

function headOf(
	facts: { server: string; yardstick: string; scale: number; cores: number; node: string; checkpoints: number },
	{ seconds, rounds, members }: Options
): string {
	return `${facts.server}, fsync and synchronous_commit on, ${facts.cores} cores, Node ${facts.node}, ${members} members.
${rounds} rounds of ${seconds} s for each figure, in turn; ${facts.checkpoints} checkpoints meanwhile.
Yardstick: TPC-B-like transactions, scale ${facts.scale}, prepared, by ${facts.yardstick}.
A commit: 5 lines, points earned, a voucher redeemed, a gift card charged. Ratios are medians of the rounds' own.`;
}

const ending = new Ending();
ending.onSignals();
try {
	const options = readOptions(process.argv.slice(2));
	if (options === 'help') process.stdout.write(`${usage}\n`);
	else await bench(options, ending);
} catch (error) {
	// After Ctrl-C everything fails that was under way.
	if (!ending.signal.aborted) {
		process.exitCode = 1;
		const told = error instanceof OptionFault ? `${error.message}\n\n${usage}` : (error as Error).stack;
		process.stderr.write(`\n${told}\n`);
	}
} finally {
	await ending.end();
}
