import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { inspect, parseArgs } from 'node:util';
import { grouped } from '#core/codes';
import { closeAll, onShutdown } from '#platform/lifecycle';
import { log, setLogLevel } from '#platform/log';
import { MigrationFault } from '#platform/migrate';
import { database } from '#platform/pool';
import { readSettings, SettingsFault, useSettings, type Settings } from '#platform/settings';
import { makeSetupCode } from '#setup/server';
import { serveBuilt, serveSources } from './app.server.ts';
import { buildIfNeeded } from './build.server.ts';
import { clearUnfinishedDemo, demoSignIns, seedDemo, type DemoSignIn } from '../demo/demo.server.ts';
import { StartFault } from './fault.server.ts';
import { dataFolder, prepareDataFolder, project } from './folders.server.ts';
import { addressesOf, openFront, type Front } from './front.server.ts';
import { keepHeapSmall } from './heap.server.ts';
import { takeLock } from './only-one.server.ts';
import { openDatabase } from './open.server.ts';

/** How long requests may still run after Ctrl-C, and how long everything else may take to close, in milliseconds. */
const drainPatience = 5000;
const closePatience = 25_000;
/** Signals closer together than this are one wish, in milliseconds. */
const echoTime = 500;

const say = (sentence: string): void => void process.stdout.write(`${sentence}\n`);

interface Wishes {
	empty: boolean;
	dev: boolean;
	build: boolean;
}

const usage = `npm start                 build if needed, start the database, serve
npm start -- --empty      the same without the demo shop
npm run dev               serve from the sources, with hot reload
npm run build             build and serve nothing

Settings come from the environment or a file .env; README.md lists them.`;

function readWishes(): Wishes | 'help' {
	try {
		const flag = { type: 'boolean', default: false } as const;
		const { values } = parseArgs({ options: { empty: flag, dev: flag, build: flag, help: { ...flag, short: 'h' } } });
		return values.help ? 'help' : values;
	} catch (error) {
		throw new StartFault(`${(error as Error).message.split('\n')[0]}\n\n${usage}`);
	}
}

function settingsFromEnvironment(): Settings {
	const file = join(project, '.env');
	if (existsSync(file)) process.loadEnvFile(file);
	return readSettings(process.env);
}

/** Thrown between two steps of the start when somebody has pressed Ctrl-C meanwhile. */
class Interrupted extends Error {}

/** One running app, from the first step of its start to its end. */
class App {
	#front: Front | null = null;
	#starting: Promise<void> = Promise.resolve();
	#stopping = false;
	#abort = new AbortController();

	async run(wishes: Wishes, settings: Settings): Promise<void> {
		this.#watchSignals();
		this.#starting = this.#start(wishes, settings);
		try {
			await this.#starting;
		} catch (error) {
			if (this.#stopping) return;
			this.#stopping = true;
			complain(error);
			await this.#close();
			process.exit(1);
		}
	}

	async #start(wishes: Wishes, settings: Settings): Promise<void> {
		setLogLevel(settings.logLevel);
		const folder = dataFolder(settings.dataFolder);
		if (!settings.database) await this.#beTheOnlyOne(folder, settings.port);
		// The port before everything else: when it is taken, nothing was done in vain.
		const front = (this.#front = await openFront(settings));
		const opened = await this.#step(() => openDatabase(settings, folder, say));
		const { embedded } = opened;
		if (embedded) {
			embedded.watch((sentence) => log.warn(sentence));
			onShutdown('the embedded database', () => embedded.stop());
		}
		useSettings(opened.settings);
		if (!wishes.dev) await this.#step(() => buildIfNeeded(say));
		const signIns = await this.#step(() => this.#demo(wishes));
		const setupCode = await this.#step(() => makeSetupCode(database().db, new Date()));
		await this.#step(() => (wishes.dev ? serveSources(front) : serveBuilt(front, opened.settings)));
		this.#continue();
		announce(front.port, opened.settings, signIns, setupCode, embedded ? folder : null);
	}

	async #beTheOnlyOne(folder: string, port: number): Promise<void> {
		await prepareDataFolder(folder);
		const held = await takeLock(join(folder, 'running.json'), port);
		if ('holder' in held) {
			const { pid, port: its } = held.holder;
			throw new StartFault(
				`Pareto already runs in this folder (process ${pid}${its ? `, started for port ${its}` : ''}). Stop that one ` +
					'first, or give this one a data folder of its own: PARETO_DATA=/another/folder PORT=3001 npm start'
			);
		}
		onShutdown('the lock', held.release);
	}

	async #demo(wishes: Wishes): Promise<DemoSignIn[]> {
		const now = new Date();
		if (wishes.empty) await clearUnfinishedDemo(database());
		else await seedDemo(database(), { now, say, signal: this.#abort.signal });
		return demoSignIns(database(), now);
	}

	#continue(): void {
		if (this.#stopping) throw new Interrupted();
	}

	async #step<T>(run: () => Promise<T>): Promise<T> {
		this.#continue();
		return run();
	}

	#watchSignals(): void {
		let first: number | null = null;
		for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
			process.on(signal, () => {
				first ??= performance.now();
				// One Ctrl-C may come twice: the terminal sends it to all of us, and npm passes it on to its child.
				const echo = this.#stopping && performance.now() - first < echoTime;
				if (!echo) this.#stop(0);
			});
		for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
			process.on(event, (error: unknown) => {
				log.error('the app broke', error);
				this.#stop(1);
			});
		}
	}

	#stop(code: number): void {
		if (this.#stopping) return this.#stopAtOnce();
		this.#stopping = true;
		this.#abort.abort();
		say('Stopping … (Ctrl-C once more to stop at once)');
		void this.#close().then(
			() => process.exit(code),
			(error: unknown) => {
				complain(error);
				process.exit(1);
			}
		);
	}

	/** Waits for nobody: what can be closed within a moment is, the database first of all. */
	#stopAtOnce(): void {
		say('Stopping at once.');
		setTimeout(() => process.exit(130), 2000);
		void closeAll('drained', 1500).then(() => process.exit(130));
	}

	/** Streams and jobs first, then whatever requests still run, then the start if it is not done, then connections. */
	async #close(): Promise<void> {
		const drained = this.#front?.close(drainPatience);
		await closeAll('draining');
		await drained;
		await Promise.race([this.#starting.catch(() => {}), new Promise((done) => setTimeout(done, 10_000))]);
		await closeAll('draining');
		await closeAll('drained', closePatience);
	}
}

function announce(
	port: number,
	settings: Settings,
	signIns: DemoSignIn[],
	setupCode: string | null,
	folder: string | null
): void {
	const addresses = addressesOf(port, settings);
	const rows = [
		['Wallet', '/'],
		['Till', '/till'],
		['Console', '/admin']
	] as const;
	say('\nPareto is ready.\n');
	for (const [name, path] of rows) say(`  ${name.padEnd(8)} ${addresses.map((address) => address + path).join('   ')}`);
	if (addresses.length > 1 && !settings.origin) {
		say('\n  A phone in the same network opens the second address; its camera wants https or localhost.');
	}
	if (signIns.length > 0) {
		const width = Math.max(...signIns.map(({ who }) => who.length));
		say('\n  Sign in to the demo shop:');
		for (const { who, path, how } of signIns) say(`  ${who.padEnd(width)}  ${path}  ${how}`);
	}
	if (setupCode) {
		say(`\n  There is no shop yet. Set it up at ${addresses[0]}/admin/setup with this code, which works once:`);
		say(`\n    ${grouped(setupCode)}`);
	}
	say(`\n  ${folder ? `The data are in ${folder}. ` : ''}Ctrl-C stops.\n`);
}

function complain(error: unknown): void {
	if (error instanceof StartFault || error instanceof MigrationFault) process.stderr.write(`\n${error.message}\n`);
	else if (error instanceof SettingsFault) {
		const count = error.faults.length === 1 ? 'one setting needs' : `${error.faults.length} settings need`;
		process.stderr.write(
			`\nPareto cannot start: ${count} attention.\n\n${error.faults.map((fault) => `  ${fault}\n`).join('')}`
		);
	} else process.stderr.write(`\nPareto cannot start: ${inspect(error, { depth: 3 })}\n`);
}

try {
	const wishes = readWishes();
	if (wishes === 'help') say(usage);
	else {
		process.env.NODE_ENV ??= wishes.dev ? 'development' : 'production';
		if (wishes.build) await buildIfNeeded(say);
		else {
			keepHeapSmall();
			await new App().run(wishes, settingsFromEnvironment());
		}
	}
} catch (error) {
	complain(error);
	process.exit(1);
}
