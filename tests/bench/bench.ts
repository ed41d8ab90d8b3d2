import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { readSettings, useSettings } from '#platform/settings';
import { testFolder } from '../support/folders.ts';
import { Ending } from './ending.ts';
import { figures, growth, subjectsOf, sweep, yardsticks, type Figure } from './figures.ts';
import { memorySentence, toldOf, type Held } from './memory.ts';
import { isOf, OptionFault, readOptions, usage, type Options } from './options.ts';
import { prove } from './proof.ts';
import { comparisonOf, headOf, readReport, reportOf, type Earlier, type Facts } from './report.ts';
import { rowsOf } from './results.ts';
import { Rounds, type Opener } from './rounds.ts';
import { openScene, type Scene } from './scene.ts';
import { openServer, type BenchServer } from './server.ts';
import { openSubject, titleOf, type Means, type Running } from './subjects.ts';
import { tableOf } from './table.ts';
import { findPgbench, makeTables, measurePgbench, measureStatements, versionOf } from './yardstick.ts';

/**
 * `npm run bench`: what this machine commits, posts, identifies and writes off, against what the same Postgres does in the
 * same minutes with the transaction that everybody knows.
 */
const say = (sentence: string): void => void process.stderr.write(`${sentence}\n`);
const print = (text: string): void => void process.stdout.write(`${text}\n`);

/** connections of a server's own that are measured through HTTP */
const tills = 64;
const manyAccounts = 5_000_000;

/** By pgbench where it is there and nothing else was asked for. */
async function yardstickOf({ tpcbScale, yardstick }: Options, url: string, ending: Ending) {
	await makeTables(url, tpcbScale);
	const pgbench = findPgbench();
	if (yardstick === 'pgbench' && !pgbench) throw new OptionFault('There is no pgbench on this machine.');
	if (!pgbench || yardstick === 'statements') {
		const open = (callers: number): Promise<Running> =>
			Promise.resolve({ measure: (seconds) => measureStatements({ url, scale: tpcbScale }, seconds, callers) });
		return { name: 'postgres.js', open };
	}
	const { folder, clear } = await testFolder('bench-pgbench');
	ending.add('pgbench’s folder', clear);
	const where = { pgbench, folder, url };
	const open = (callers: number): Promise<Running> =>
		Promise.resolve({ measure: (seconds) => measurePgbench(where, seconds, callers, ending.signal) });
	return { name: await versionOf(pgbench), open };
}

function chosen({ only, long, callers }: Options): Figure[] {
	const asked = figures.filter(({ name }) => only?.some((one) => isOf(name, one)) ?? true);
	return [...asked.filter((figure) => long || !figure.long), ...sweep(callers)];
}

/** What is known so far: it is told at the end, also of a run that is cut off. */
interface Seen {
	rounds: Rounds | null;
	yardstick: string | null;
	held: readonly Held[];
	proved: string;
}

interface Stage {
	server: BenchServer;
	options: Options;
	secret: string;
	ending: Ending;
	seen: Seen;
}

/** The ordinary table. */
async function measureTable({ server, options, secret, ending, seen }: Stage): Promise<void> {
	const yardstick = await yardstickOf(options, server.yardstickUrl, ending);
	say(`Filling a shop with ${options.members} members …`);
	const scene = await openScene(server, { url: server.shopUrl, secret, members: options.members, tills }, ending);
	seen.yardstick = yardstick.name;
	seen.held = scene.held;
	const means: Means = { scene, ending, yardstick: yardstick.open, lots: options.lots, manyAccounts };
	const open: Opener = (subject) => openSubject(means, subject);
	const rounds = new Rounds(open, options.seconds, say);
	seen.rounds = rounds;
	const asked = chosen(options);
	const usesYardstick = asked.flatMap(subjectsOf).some((subject) => /^T$|^tpcb/.test(subject));
	const first = usesYardstick ? yardsticks : [];
	await rounds.warmUp([...first, ...asked]);
	await server.freshen(scene.url);
	const opening = await rounds.measure(first, options.rounds);
	rounds.chooseBest(opening);
	await rounds.measure(asked, options.rounds);
	if (options.long && scene.held.length > 0) await keepSelling(scene, await open('commit-http-64'), options.commits);
	say('Proving that all of it is right …');
	seen.proved = await prove(scene);
}

/** Until the server has committed as much as memory is watched over. */
async function keepSelling({ held }: Scene, running: Running, commits: number): Promise<void> {
	const began = performance.now();
	const before = held.at(-1)?.commits ?? 0;
	for (let sold = before; sold < commits;) {
		await running.prepare?.(20_000);
		const { count, perSecond } = await running.measure(10);
		sold += count;
		const left = ((performance.now() - began) / (sold - before)) * Math.max(0, commits - sold);
		say(
			`memory: ${sold} of ${commits} commits, ${held.at(-1)?.memory.toFixed(0)} MB, ` +
				`${perSecond.toFixed(0)} a second, about ${Math.ceil(left / 60_000)} minutes more`
		);
	}
}

const noYardstick = (): never => {
	throw new Error('growth is told against the smallest shop');
};

/** The table of growth: shops of several sizes beside each other. */
async function measureGrowth({ server, options, secret, ending, seen }: Stage, sizes: number[]): Promise<void> {
	const scenes = new Map<string, Scene>();
	for (const members of sizes) {
		say(`Filling a shop with ${members} members …`);
		const url = await server.makeShop(String(members));
		scenes.set(String(members), await openScene(server, { url, secret, members, tills }, ending));
	}
	const open: Opener = (name) => {
		const [subject = '', size = ''] = name.split(' at ');
		const scene = scenes.get(size);
		if (!scene) throw new Error(`there is no shop of ${size} members`);
		return openSubject({ scene, ending, yardstick: noYardstick, lots: options.lots, manyAccounts }, subject);
	};
	const rounds = new Rounds(open, options.seconds, say);
	seen.rounds = rounds;
	const asked = growth(sizes);
	await rounds.warmUp(asked);
	await rounds.measure(asked, options.rounds);
	const proofs: string[] = [];
	for (const [size, scene] of scenes) proofs.push(`${size} members: ${await prove(scene)}`);
	seen.proved = proofs.join('; ');
}

/** Prints and writes what is known. */
async function tell({ server, options, seen }: Stage, { before, began }: { before: Earlier | null; began: number }) {
	const measured = seen.rounds?.seen ?? [];
	const memory = toldOf(seen.held);
	const best = options.sizes ? null : (seen.rounds?.real('T') ?? null);
	const facts: Facts = {
		...{ server: server.version, yardstick: seen.yardstick, best, memory, proved: seen.proved },
		checkpoints: (await server.checkpoints()) - began
	};
	const report = reportOf(measured, facts, options);
	await writeFile(options.json, `${JSON.stringify(report, null, '\t')}\n`);
	const called = (subject: string): string => {
		const [name = '', size] = subject.split(' at ');
		if (name === 'T' && best) return `T (${titleOf(best)})`;
		return size === undefined ? titleOf(name) : `${titleOf(name)}, ${size} members`;
	};
	print(`\n${headOf(report)}\n\n${tableOf(measured.flatMap(rowsOf), called)}\n`);
	if (memory) print(memorySentence(memory));
	print(`Proof: ${seen.proved}.\nEverything is in ${options.json}.`);
	if (before) print(`\n${comparisonOf(before, report)}`);
}

async function bench(options: Options, ending: Ending): Promise<void> {
	const before = options.compare === null ? null : await readReport(options.compare);
	say('Starting the database …');
	const server = await openServer(process.env.DATABASE_URL, ending);
	const secret = randomBytes(33).toString('base64url');
	const settings = readSettings({ DATABASE_URL: server.shopUrl, PARETO_SECRET: secret });
	if (!settings.database) throw new Error('the settings lost the database');
	useSettings({ ...settings, database: settings.database, secret });
	const seen: Seen = { rounds: null, yardstick: null, held: [], proved: 'none, the run ended early' };
	const stage: Stage = { server, options, secret, ending, seen };
	const began = await server.checkpoints();
	ending.add('what was seen', async () => {
		if (seen.rounds?.seen.length) await tell(stage, { before, began });
	});
	await (options.sizes ? measureGrowth(stage, options.sizes) : measureTable(stage));
}

const ending = new Ending();
ending.onSignals();
try {
	const options = readOptions(process.argv.slice(2));
	if (options === 'help') print(usage);
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
