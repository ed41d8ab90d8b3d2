import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';

/**
 * `npm test`: every check there is, one after the other, each under its heading. All of them run, whatever fails; the
 * numbers are added up, and the last line says them alone. `npm test -- types unit` runs some.
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
	{ name: 'format', heading: 'Formatting', command: ['prettier', '--check', '--log-level=warn', '.'] },
	{ name: 'prepare', heading: 'Messages and routes', command: ['node', 'tests/lint/prepare.ts'] },
	{ name: 'lint', heading: 'Lint', command: ['eslint', '--config', 'tests/lint/eslint.config.js', '.'] },
	{ name: 'types', heading: 'Types', command: ['svelte-check', '--tsgo', '--fail-on-warnings', '--output', 'human'] },
	{
		name: 'unused',
		heading: 'Nothing unused',
		command: [
			'knip',
			'--config',
			'tests/lint/knip.jsonc',
			'--no-config-hints',
			'--include',
			'files,dependencies,unlisted,exports,types'
		]
	},
	vitest('architecture', 'Architecture', 'tests/architecture'),
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

async function run({ name, command }: Stage): Promise<number> {
	const [program = '', ...args] = command;
	const child = spawn(program, args, {
		cwd: project,
		stdio: ['ignore', 'inherit', 'inherit'],
		env: {
			...process.env,
			PATH: `${bin}${delimiter}${process.env.PATH ?? ''}`,
			PLAYWRIGHT_JSON_OUTPUT_NAME: reportOf(name)
		}
	});
	const pass = (signal: NodeJS.Signals) => void child.kill(signal);
	process.on('SIGINT', pass).on('SIGTERM', pass);
	const code = await new Promise<number>((done) =>
		child.once('error', (error) => (console.error(String(error)), done(1))).once('close', (exit) => done(exit ?? 1))
	);
	process.off('SIGINT', pass).off('SIGTERM', pass);
	return code;
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
const summary: string[] = [];
let interrupted = false;
process.on('SIGINT', () => (interrupted = true)).on('SIGTERM', () => (interrupted = true));

for (const stage of stages) {
	if (interrupted || (wanted.length > 0 && !wanted.includes(stage.name))) continue;
	console.log(`\n=== ${stage.heading}\n`);
	const began = Date.now();
	const { passed, failed } = count(stage, await run(stage));
	total.passed += passed;
	total.failed += failed;
	const seconds = Math.round((Date.now() - began) / 1000);
	summary.push(
		`${stage.heading.padEnd(34)}${String(passed).padStart(6)} passed${String(failed).padStart(5)} failed${String(seconds).padStart(6)} s`
	);
}
rmSync(reports, { recursive: true, force: true });
if (interrupted) total.failed++;
console.log(`\n=== Summary\n\n${summary.join('\n')}\n\n${total.passed} passed, ${total.failed} failed`);
process.exit(total.failed === 0 && total.passed > 0 ? 0 : 1);
