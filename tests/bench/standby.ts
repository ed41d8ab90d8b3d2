import { randomBytes } from 'node:crypto';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { setTimeout as wait } from 'node:timers/promises';
import { must } from '#core/must';
import { connect } from '#platform/db';
import { receipts } from '#purchases/tables';
import { readSettings, useSettings } from '#platform/settings';
import { startPair, type Pair } from '../support/standby.ts';
import { Ending } from './ending.ts';
import type { Figure } from './figures.ts';
import { prove } from './proof.ts';
import { rowsOf } from './results.ts';
import { Rounds, type Opener } from './rounds.ts';
import { openScene, type Scene } from './scene.ts';
import { sellThroughModule } from './sell.ts';
import { openServer } from './server.ts';
import { tableOf } from './table.ts';

/**
 * `npm run bench:standby`: what it costs that a standby has every sale before the till is told. The same two servers are
 * measured with and without the wait, in turn: the standby follows all the time, and only who is waited for changes.
 */
const { values } = parseArgs({
	options: {
		seconds: { type: 'string', default: '5' },
		rounds: { type: 'string', default: '7' },
		members: { type: 'string', default: '100000' },
		callers: { type: 'string', default: '32,128' }
	}
});
const [seconds, rounds, members] = [Number(values.seconds), Number(values.rounds), Number(values.members)];
const callers = values.callers.split(',').map(Number);
must(
	[seconds, rounds, members, ...callers].every((count) => count > 0),
	'every option is a number above 0'
);

const say = (sentence: string): void => void process.stderr.write(`${sentence}\n`);

const waiting = (count: number) => `waiting ${count}`;
const alone = (count: number) => `alone ${count}`;

const figures = callers.map((count): Figure => {
	const against = (what: 'rate' | 'p50' | 'p99') => ({ what, of: { subject: alone(count), what } });
	return {
		name: `standby-${count}`,
		of: waiting(count),
		goals: [{ ...against('rate'), least: 0.75 }, against('p50'), against('p99')]
	};
});

function titleOf(subject: string): string {
	const [kind, count] = subject.split(' ');
	return `commits, ${count} callers, ${kind === 'alone' ? 'standby not waited for' : 'standby waited for'}`;
}

function openerOf(pair: Pair, scene: Scene): Opener {
	return (subject) => {
		const [kind, count] = subject.split(' ');
		return Promise.resolve({
			async prepare(sales: number) {
				await scene.house.stock(sales, new Date());
				await pair.waitForStandby(kind !== 'alone');
			},
			measure: (time: number) => sellThroughModule(scene, time, Number(count))
		});
	};
}

/** What was acknowledged is not only on the primary. @throws when the standby does not get there */
async function proveStandby(url: string, sales: number): Promise<void> {
	const { db, end } = connect(url, { max: 1, name: 'pareto-bench' });
	try {
		for (let tries = 0; tries < 100; tries++) {
			if ((await db.$count(receipts)) === sales) return;
			await wait(100);
		}
		throw new Error(`the standby has ${await db.$count(receipts)} receipts of ${sales}`);
	} finally {
		await end();
	}
}

async function bench(ending: Ending): Promise<void> {
	say('Starting two databases …');
	const pair = await startPair();
	ending.add('the two databases', pair.end);
	const server = await openServer(pair.primary.url('postgres'), ending);
	const secret = randomBytes(33).toString('base64url');
	const settings = readSettings({ DATABASE_URL: server.shopUrl, PARETO_SECRET: secret });
	if (!settings.database) throw new Error('the settings lost the database');
	useSettings({ ...settings, database: settings.database, secret });
	say(`Filling a shop with ${members} members …`);
	const tills = Math.max(...callers);
	const scene = await openScene(server, { url: server.shopUrl, secret, members, tills }, ending);
	const turns = new Rounds(openerOf(pair, scene), seconds, say);
	await turns.warmUp(figures);
	await server.freshen();
	const checkpoints = await server.checkpoints();
	const measured = await turns.measure(figures, rounds);
	const meanwhile = (await server.checkpoints()) - checkpoints;
	const proved = await prove(scene);
	const following = new URL(pair.standby.url('postgres'));
	following.pathname = new URL(server.shopUrl).pathname;
	await proveStandby(following.href, scene.acknowledged.length);
	process.stdout.write(`
${server.version} twice on this machine, fsync and synchronous_commit on, ${cpus().length} cores, Node ${process.version}, ${members} members.
${rounds} rounds of ${seconds} s each, in turn; ${meanwhile} checkpoints meanwhile. Both servers share the cores.

${tableOf(measured.flatMap(rowsOf), titleOf)}

Proof: ${proved}; the standby has them all.
`);
}

const ending = new Ending();
ending.onSignals();
try {
	await bench(ending);
} catch (error) {
	// After Ctrl-C everything fails that was under way.
	if (!ending.signal.aborted) {
		process.exitCode = 1;
		process.stderr.write(`\n${(error as Error).stack}\n`);
	}
} finally {
	await ending.end();
}
