import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';

/**
 * `npm test`: every check there is, each under its heading. All of them run, whatever fails; the numbers are added up, and
 * the last line says them alone. `npm test -- types unit` runs some.
 *
 * Checks that keep one core busy run beside each other; what needs a database, a build or a browser has the machine alone.
 */
const project = resolve(import.meta.dirname, '..');
const bin = join(project, 'node_modules', '.bin');
const reports = mkdtempSync(join(tmpdir(), 'pareto-reports-'));

interface Counts {
	passed: number;
	failed: number;
}

interface Stage {
	name: string;
	heading: string;
	command: string[];
	/** reads the numbers from the report that the command wrote; without it the stage is one check */
	counts?: (report: string) => Counts;
	/** what it may run beside: stages that follow each other with one word share the machine, a lane for each letter */
	beside?: { wave: string; lane: 'a' | 'b' };
}

const reportOf = (name: string): string => join(reports, `${name}.json`);

function vitest(name: string, heading: string, ...paths: string[]): Stage {
	const output = ['--reporter=default', '--reporter=json', `--outputFile.json=${reportOf(name)}`];
	return {
		name,
		heading,
		command: ['vitest', 'run', ...output, ...paths],
		counts: (report) => {
			const { numPassedTests, numFailedTests, numFailedTestSuites } = JSON.parse(report) as Record<string, number>;
			// A file that does not load has no tests, and counts as one that failed.
			return { passed: numPassedTests ?? 0, failed: numFailedTests || numFailedTestSuites || 0 };
		}
	};
}

const stages: Stage[] = [
	{
		name: 'format',
		heading: 'Formatting',
		beside: { wave: 'first', lane: 'a' },
		command: ['prettier', '--check', '--log-level=warn', '.']
	},
	{
		name: 'prepare',
		heading: 'Messages and routes',
		beside: { wave: 'first', lane: 'b' },
		command: ['node', 'tests/lint/prepare.ts']
	},
	{
		name: 'lint',
		heading: 'Lint',
		beside: { wave: 'code', lane: 'a' },
		command: ['eslint', '--config', 'tests/lint/eslint.config.js', '.']
	},
	{
		name: 'types',
		heading: 'Types',
		beside: { wave: 'code', lane: 'b' },
		command: ['svelte-check', '--tsgo', '--fail-on-warnings', '--output', 'human']
	},
	{
		name: 'unused',
		heading: 'Nothing unused',
		beside: { wave: 'code', lane: 'b' },
		command: [
			'knip',
			'--config',
			'tests/lint/knip.jsonc',
			'--no-config-hints',
			'--include',
			'files,dependencies,unlisted,exports,types'
		]
	},
	{ ...vitest('architecture', 'Architecture', 'tests/architecture'), beside: { wave: 'code', lane: 'b' } },
	vitest(
		'unit',
		'Rules, database, races, journeys',
		...['architecture', 'start', 'browser'].map((folder) => `--exclude=tests/${folder}/**`)
	),
	{ name: 'build', heading: 'Build', command: ['node', 'src/wiring/start/start.js', '--build'] },
	vitest('start', 'Starting and stopping', 'tests/start'),
	{
		name: 'browser',
		heading: 'Browser',
		command: ['playwright', 'test', '--config', 'tests/browser/playwright.config.ts'],
		counts: (report) => {
			const { stats } = JSON.parse(report) as { stats: { expected: number; unexpected: number; flaky: number } };
			return { passed: stats.expected, failed: stats.unexpected + stats.flaky };
		}
	}
];

/** Whether the stage before wrote the messages, so that those after it need not. */
let compiled = false;
const readsMessages = new Set(['architecture', 'unit', 'build']);

const children = new Set<ChildProcess>();
let interrupted = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const)
	process.on(signal, () => {
		interrupted = true;
		for (const child of children) child.kill(signal);
	});

/** Runs a stage to its end. @param aside what it says is kept and said whole, so that two do not speak at once */
async function run({ name, command }: Stage, aside: boolean): Promise<{ code: number; said: string }> {
	const [program = '', ...args] = command;
	const said = aside ? 'pipe' : 'inherit';
	const child = spawn(program, args, {
		cwd: project,
		stdio: ['ignore', said, said],
		env: {
			...process.env,
			...(compiled && readsMessages.has(name) ? { PARETO_MESSAGES: 'compiled' } : {}),
			PATH: `${bin}${delimiter}${process.env.PATH ?? ''}`,
			PLAYWRIGHT_JSON_OUTPUT_NAME: reportOf(name)
		}
	});
	children.add(child);
	let text = '';
	for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', (part) => (text += part));
	const code = await new Promise<number>((done) =>
		child.once('error', (error) => (console.error(String(error)), done(1))).once('close', (exit) => done(exit ?? 1))
	);
	children.delete(child);
	return { code, said: text };
}

/** What a stage counts for: its tests, or itself; a stage that ends badly counts as failed whatever its report says. */
function count(stage: Stage, code: number): Counts {
	if (!stage.counts) return code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
	let counts: Counts = { passed: 0, failed: 0 };
	try {
		counts = stage.counts(readFileSync(reportOf(stage.name), 'utf8'));
	} catch {
		console.error(`${stage.name} wrote no report.`);
		counts.failed = 1;
	}
	if (code !== 0 && counts.failed === 0) counts.failed = 1;
	return counts;
}

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !stages.some((stage) => stage.name === name));
if (unknown.length > 0) {
	console.error(`No such stage: ${unknown.join(', ')}. There are: ${stages.map((stage) => stage.name).join(', ')}`);
	process.exit(1);
}

const total: Counts = { passed: 0, failed: 0 };
const summary = new Map<Stage, string>();

async function check(stage: Stage, aside: boolean): Promise<void> {
	if (interrupted) return;
	const heading = `\n=== ${stage.heading}\n`;
	if (!aside) console.log(heading);
	const began = Date.now();
	const { code, said } = await run(stage, aside);
	if (aside) console.log(`${heading}\n${said}`);
	if (stage.name === 'prepare' && code === 0) compiled = true;
	const { passed, failed } = count(stage, code);
	total.passed += passed;
	total.failed += failed;
	const seconds = Math.round((Date.now() - began) / 1000);
	summary.set(
		stage,
		`${stage.heading.padEnd(34)}${String(passed).padStart(6)} passed${String(failed).padStart(5)} failed${String(seconds).padStart(6)} s`
	);
}

/** The stages that run beside each other, in the order in which they stand. */
function wavesOf(asked: readonly Stage[]): Stage[][] {
	const waves: Stage[][] = [];
	for (const stage of asked) {
		const last = waves.at(-1);
		if (last && stage.beside && last[0]?.beside?.wave === stage.beside.wave) last.push(stage);
		else waves.push([stage]);
	}
	return waves;
}

for (const wave of wavesOf(stages.filter(({ name }) => wanted.length === 0 || wanted.includes(name)))) {
	const lanes = Object.values(Object.groupBy(wave, ({ beside }) => beside?.lane ?? 'a'));
	await Promise.all(
		lanes.map(async (lane) => {
			for (const stage of lane) await check(stage, lanes.length > 1);
		})
	);
}
rmSync(reports, { recursive: true, force: true });
if (interrupted) total.failed++;
const lines = stages.flatMap((stage) => summary.get(stage) ?? []);
console.log(`\n=== Summary\n\n${lines.join('\n')}\n\n${total.passed} passed, ${total.failed} failed`);
process.exit(total.failed === 0 && total.passed > 0 ? 0 : 1);
