import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { readSettings, useSettings } from '#platform/settings';
import { testFolder } from '../support/folders.ts';
import { Ending } from './ending.ts';
import { figures, growth, subjectsOf, sweep, yardsticks, type Figure } from './figures.ts';
import { memorySentence, toldOf } from './memory.ts';
import { isOf, OptionFault, readOptions, usage, type Options } from './options.ts';
import { prove } from './proof.ts';
import { comparisonOf, headOf, readReport, reportOf, type Facts } from './report.ts';
import { rowsOf, type Measured } from './results.ts';
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
/** commits that memory is watched over, with --long */
const longCommits = 1_000_000;

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

interface Stage {
	server: BenchServer;
	options: Options;
	secret: string;
	ending: Ending;
}

/** What is known when everything was measured. */
interface Told extends Pick<Facts, 'yardstick' | 'best' | 'memory' | 'proved'> {
	measured: Measured[];
}

/** The ordinary table. */
async function measureTable({ server, options, secret, ending }: Stage): Promise<Told> {
	const yardstick = await yardstickOf(options, server.yardstickUrl, ending);
	say(`Filling a shop with ${options.members} members …`);
	const scene = await openScene(server, { url: server.shopUrl, secret, members: options.members, tills }, ending);
	const means: Means = { scene, ending, yardstick: yardstick.open, lots: options.lots, manyAccounts };
	const open: Opener = (subject) => openSubject(means, subject);
	const rounds = new Rounds(open, options.seconds, say);
	const asked = chosen(options);
	const usesYardstick = asked.flatMap(subjectsOf).some((subject) => /^T$|^tpcb/.test(subject));
	const first = usesYardstick ? yardsticks : [];
	await rounds.warmUp([...first, ...asked]);
	await server.freshen(scene.url);
	const opening = await rounds.measure(first, options.rounds);
	rounds.chooseBest(opening);
	const measured = await rounds.measure(asked, options.rounds);
	if (options.long && scene.held.length > 0) await keepSelling(scene, await open('commit-http-64'));
	const told = { yardstick: yardstick.name, best: rounds.real('T'), ...(await after(scene)) };
	return { measured: [...opening, ...measured], ...told };
}

/** Until the server has committed as much as memory is watched over. */
async function keepSelling(scene: Scene, running: Running): Promise<void> {
	for (let sold = scene.held.at(-1)?.commits ?? 0; sold < longCommits;) {
		await running.prepare?.(20_000);
		const { count } = await running.measure(10);
		sold += count;
		say(`memory: ${sold} commits, ${scene.held.at(-1)?.memory.toFixed(0)} MB`);
	}
}

const noYardstick = (): never => {
	throw new Error('growth is told against the smallest shop');
};

/** The table of growth: shops of several sizes beside each other. */
async function measureGrowth({ server, options, secret, ending }: Stage, sizes: number[]): Promise<Told> {
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
	const asked = growth(sizes);
	await rounds.warmUp(asked);
	const measured = await rounds.measure(asked, options.rounds);
	const proofs: string[] = [];
	for (const [size, scene] of scenes) proofs.push(`${size} members: ${await prove(scene)}`);
	return { measured, yardstick: null, best: null, memory: null, proved: proofs.join('; ') };
}

async function after(scene: Scene): Promise<Pick<Facts, 'memory' | 'proved'>> {
	say('Proving that all of it is right …');
	return { memory: toldOf(scene.held), proved: await prove(scene) };
}

async function bench(options: Options, ending: Ending): Promise<void> {
	const before = options.compare === null ? null : await readReport(options.compare);
	say('Starting the database …');
	const server = await openServer(process.env.DATABASE_URL, ending);
	const secret = randomBytes(33).toString('base64url');
	const settings = readSettings({ DATABASE_URL: server.shopUrl, PARETO_SECRET: secret });
	if (!settings.database) throw new Error('the settings lost the database');
	useSettings({ ...settings, database: settings.database, secret });
	const stage: Stage = { server, options, secret, ending };
	const checkpoints = await server.checkpoints();
	const { measured, ...told } = await (options.sizes ? measureGrowth(stage, options.sizes) : measureTable(stage));
	const facts: Facts = {
		...told,
		server: server.version,
		checkpoints: (await server.checkpoints()) - checkpoints
	};
	const report = reportOf(measured, facts, options);
	await writeFile(options.json, `${JSON.stringify(report, null, '\t')}\n`);
	const called = (subject: string): string => {
		const [name = '', size] = subject.split(' at ');
		if (name === 'T' && told.best) return `T (${titleOf(told.best)})`;
		return size === undefined ? titleOf(name) : `${titleOf(name)}, ${size} members`;
	};
	print(`\n${headOf(report)}\n\n${tableOf(measured.flatMap(rowsOf), called)}\n`);
	if (told.memory) print(memorySentence(told.memory));
	print(`Proof: ${told.proved}.\nEverything is in ${options.json}.`);
	if (before) print(`\n${comparisonOf(before, report)}`);
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
