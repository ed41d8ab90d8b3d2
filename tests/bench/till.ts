import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import postgres from 'postgres';
import { must } from '#core/must';
import { staticCode } from '#customers';
import { startApp } from '../support/app.ts';
import { testFolder } from '../support/folders.ts';
import { Ending } from './ending.ts';
import { openServer } from './server.ts';
import { aligned } from './table.ts';
import { Counter } from './till-counter.ts';
import { growthCells, growthOf, growthSentence, type Look } from './till-growth.ts';

/**
 * `npm run bench:till`: whether a till that stays open for three days grows. A real browser has it open, on the built app
 * with the demo shop; somebody sells on its screen, and the hours between pass by the page's own clock.
 */
const usage = `npm run bench:till -- [options]

  --days N           how long the till stays open (3)
  --sales-a-day N    how many are made on its screen each day, 12 or more (72)
  --snapshots DIR    writes the page's memory after the first look and at the end, for a browser's own tools

As it stands it takes about seven minutes on two cores; --days 1 --sales-a-day 24 shows within two whether it runs. The app is built first if need be.`;

const say = (sentence: string): void => void process.stderr.write(`${sentence}\n`);

const hour = 3_600_000;
/** from the first customer to the last, and until the next morning */
const [day, night] = [12 * hour, 12 * hour];
/** made before the first look: every screen was shown once, and every list that has a bound has met it */
const warmUp = 20;
const looksADay = 6;

interface Shop {
	address: string;
	/** for a tablet */
	code: string;
	memberCode: string;
	/** hours pass for the server too: its clock stands still while the page's runs */
	pass(time: number): Promise<void>;
}

async function openShop(ending: Ending): Promise<Shop> {
	say('Starting the database …');
	const server = await openServer(undefined, ending);
	const { folder, clear } = await testFolder('bench-till');
	ending.add('the app’s folder', clear);
	say('Starting the server with the demo shop (it is built first if need be) …');
	const secret = randomBytes(33).toString('base64url');
	const app = startApp({ DATABASE_URL: server.shopUrl, PARETO_SECRET: secret, PARETO_DATA: folder });
	ending.add('the app', () => {
		app.signal('SIGTERM');
		return app.exit;
	});
	const address = (await app.address()).replace('127.0.0.1', 'localhost');
	const code = /\/till\s+code ([A-Z0-9 ]+) \(/.exec(app.said())?.[1];
	must(code, 'the start tells a code for a tablet');
	const sql = postgres(server.shopUrl, { max: 1, onnotice: () => {} });
	ending.add('the connection', () => sql.end({ timeout: 5 }));
	const [member] = await sql<
		{ number: string }[]
	>`select number from members where email is not null order by id limit 1`;
	must(member, 'the demo shop has members');
	return {
		...{ address, code, memberCode: staticCode(member.number) },
		async pass(time) {
			await sql`update till_sessions set signed_in_at = signed_in_at - ${time} * interval '1 ms',
				last_seen_at = last_seen_at - ${time} * interval '1 ms'`;
		}
	};
}

async function writeSnapshot(counter: Counter, folder: string | undefined, name: string): Promise<void> {
	if (folder === undefined) return;
	await mkdir(folder, { recursive: true });
	const file = createWriteStream(join(folder, `${name}.heapsnapshot`));
	await counter.snapshot((part) => void file.write(part));
	await new Promise<void>((done) => file.end(done));
}

/** A day of the shop: customers, hours without any, a line that breaks, two people, and the night. */
class Days {
	readonly looks: Look[] = [];
	readonly #shop: Shop;
	readonly #counter: Counter;
	#hours = 0;

	constructor(shop: Shop, counter: Counter) {
		this.#shop = shop;
		this.#counter = counter;
	}

	async live(nth: number, sales: number): Promise<void> {
		const [between, eachLook] = [day / sales, Math.ceil(sales / looksADay)];
		for (let made = 1; made <= sales; made++) {
			await this.#counter.sell(made);
			// The server would end a sign-in after hours without a sale; at a counter there is always one.
			if (made % Math.ceil(sales / 4) === 0) await this.#cutOff(between);
			else await this.#pass(between, () => this.#counter.idle(between));
			if (made === Math.floor(sales / 2)) await this.#counter.changeShift();
			if (made % eachLook === 0) await this.look(nth);
		}
		// Nobody signs out in the evening: the server does it, and the tablet has to find that out.
		await this.#shop.pass(night);
		await this.#pass(night, () => this.#counter.sleep(night));
		await this.#counter.signInAgain();
	}

	/** Nobody comes, and for ten minutes of it nobody answers. */
	async #cutOff(between: number): Promise<void> {
		const gap = Math.min(between, hour / 6);
		await this.#pass(gap, () => this.#counter.cutOff(gap));
		await this.#pass(between - gap, () => this.#counter.idle(between - gap));
	}

	async #pass(time: number, live: () => Promise<void>): Promise<void> {
		await live();
		this.#hours += time / hour;
	}

	async look(nth: number): Promise<void> {
		const { sales } = this.#counter;
		const held = await this.#counter.look();
		this.looks.push({ sales, hours: this.#hours, held });
		const { heap, nodes, listeners } = held;
		say(
			`day ${nth}, hour ${this.#hours.toFixed(1)}, ${sales} sales: ${heap?.toFixed(2)} MB, ${nodes} nodes, ${listeners} listeners`
		);
	}
}

function tell(looks: readonly Look[], counter: Counter): void {
	const growth = growthOf(looks);
	const version = counter.page.context().browser()?.version();
	process.stdout.write(`
Chromium ${version}, ${cpus().length} cores, Node ${process.version}. ${looks.length} looks, each after everything was thrown away that
nobody needs; ${counter.asked} requests. Medians; the last column but one is the slope of what follows the first third.

${growth.length > 0 ? `${aligned(growthCells(growth), 1)}\n\n` : ''}${growthSentence(looks, growth)}
`);
	for (const fault of counter.faults) process.stdout.write(`The page's script failed: ${fault.stack}\n`);
}

async function bench(ending: Ending, options: { days: number; salesADay: number; snapshots?: string }): Promise<void> {
	const shop = await openShop(ending);
	say('Opening the till …');
	const counter = await Counter.open(shop.address, shop.code, ending);
	counter.memberCode = shop.memberCode;
	const days = new Days(shop, counter);
	// Told at the end, however that comes.
	ending.add('what was seen', async () => tell(days.looks, counter));
	for (let made = 1; made <= warmUp; made++) await counter.sell(made);
	await counter.cutOff(hour / 6);
	for (let times = 0; times < 2; times++) await counter.changeShift();
	await counter.idle(hour);
	await days.look(1);
	await writeSnapshot(counter, options.snapshots, 'first');
	for (let nth = 1; nth <= options.days; nth++) await days.live(nth, options.salesADay);
	await days.look(options.days);
	await writeSnapshot(counter, options.snapshots, 'last');
}

const text = { type: 'string' } as const;
const ending = new Ending();
ending.onSignals();
try {
	const { values } = parseArgs({
		options: {
			days: { ...text, default: '3' },
			'sales-a-day': { ...text, default: '72' },
			snapshots: text,
			help: { type: 'boolean', short: 'h' }
		}
	});
	const [days, salesADay] = [Number(values.days), Number(values['sales-a-day'])];
	must(Number.isInteger(days) && days > 0, '--days is a whole number above 0');
	must(Number.isInteger(salesADay) && salesADay >= 12, '--sales-a-day is a whole number from 12');
	if (values.help) process.stdout.write(`${usage}\n`);
	else await bench(ending, { days, salesADay, ...(values.snapshots && { snapshots: values.snapshots }) });
} catch (error) {
	// After Ctrl-C everything fails that was under way.
	if (!ending.signal.aborted) {
		process.exitCode = 1;
		process.stderr.write(`\n${(error as Error).stack}\n`);
	}
} finally {
	await ending.end();
}
