import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { chromium as browsers, type CDPSession, type Page } from '@playwright/test';
import { barcodeOf, field, scan, signIn, supervisor, cashier, tablet } from '../browser/counter.ts';
import { emptyClip } from '../support/camera.ts';
import { chromium } from '../support/chromium.ts';
import { testFolder } from '../support/folders.ts';
import type { Ending } from './ending.ts';
import type { Held } from './till-growth.ts';

const minute = 60_000;

/** What the browser makes of a script that runs often is machine code in the same memory: none is made. */
const onlyItsOwn = '--js-flags=--no-opt --no-maglev --no-sparkplug --regexp-interpret-all --no-flush-bytecode';

/** A camera in front of which nobody holds anything. */
async function cameraArgs(ending: Ending): Promise<string[]> {
	const { folder, clear } = await testFolder('bench-camera');
	ending.add('the camera’s folder', clear);
	const clip = join(folder, 'camera.y4m');
	await writeFile(clip, emptyClip());
	const fake = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'];
	return [...fake, `--use-file-for-fake-video-capture=${clip}`];
}

/** A tablet's browser with the till open, and a person's hands on its screen. */
export class Counter {
	readonly page: Page;
	readonly #tools: CDPSession;
	/** requests that are not answered yet */
	#asking = 0;
	/** requests that the tablet sent, and sales that it made */
	asked = 0;
	sales = 0;
	/** what went wrong in the page's script */
	readonly faults: Error[] = [];
	#person = cashier;

	private constructor(page: Page, tools: CDPSession) {
		this.page = page;
		this.#tools = tools;
		page.on('pageerror', (error) => this.faults.push(error));
		page.on('request', () => this.#count(1));
		page.on('requestfinished', () => this.#count(-1));
		page.on('requestfailed', () => this.#count(-1));
	}

	#count(step: 1 | -1): void {
		this.#asking += step;
		if (step > 0) this.asked++;
	}

	/** Opens the till, on the page's own clock, and enrols it with a code. Ada signs in. */
	static async open(address: string, code: string, ending: Ending): Promise<Counter> {
		const { executablePath, env, args } = await chromium();
		const camera = await cameraArgs(ending);
		const browser = await browsers.launch({
			...{ executablePath, args: [...args, ...camera, onlyItsOwn] },
			env: { ...(process.env as Record<string, string>), ...env }
		});
		ending.add('the browser', () => browser.close());
		const context = await browser.newContext({
			...{ viewport: tablet, baseURL: address, locale: 'en-GB', timezoneId: 'Europe/Vienna' },
			reducedMotion: 'reduce'
		});
		const page = await context.newPage();
		await page.clock.install();
		const tools = await context.newCDPSession(page);
		await tools.send('Performance.enable');
		const counter = new Counter(page, tools);
		await page.goto('/till');
		await field(page).fill(code);
		await field(page).press('Enter');
		await signIn(page, cashier);
		return counter;
	}

	/** Nobody touches the tablet; every timer of that time runs, and every request is answered before the next minute. */
	async idle(time: number): Promise<void> {
		for (let left = time; left > 0; left -= minute) {
			await this.page.clock.runFor(Math.min(left, minute));
			await this.#answered();
		}
	}

	/** The tablet sleeps: what was due meanwhile runs once when it wakes. */
	async sleep(time: number): Promise<void> {
		await this.page.clock.fastForward(time);
		await this.idle(minute);
	}

	async #answered(): Promise<void> {
		for (let tries = 0; this.#asking > 0 && tries < 500; tries++) await wait(5);
		// A request whose end was not told must not slow down every minute that follows.
		this.#asking = 0;
	}

	/** Nobody answers for so long. */
	async cutOff(time: number): Promise<void> {
		await this.page.context().setOffline(true);
		await this.idle(time);
		await this.page.context().setOffline(false);
		await this.idle(minute);
	}

	/** Whoever is there leaves, the other one enters their PIN. */
	async changeShift(): Promise<void> {
		await this.page.getByRole('button', { name: this.#person.name }).click();
		await this.page.getByRole('button', { name: 'Switch cashier' }).click();
		await this.#signIn(this.#person === cashier ? supervisor : cashier);
	}

	/** The server has ended the sign-in meanwhile: the PIN is asked for. */
	async signInAgain(): Promise<void> {
		await this.#signIn(this.#person);
	}

	async #signIn(person: typeof cashier): Promise<void> {
		await this.page.getByRole('heading', { name: 'Who is at the till?' }).waitFor();
		await signIn(this.page, person);
		this.#person = person;
	}

	/** A sale, and what comes with it at a counter: something else each time, all of it in each ten. */
	async sell(nth: number): Promise<void> {
		const beforehand = this.#beforehand[nth % 10];
		await beforehand?.();
		await this.#put('Croissant', nth % 3 === 0 ? 'Crémant 0.75 l' : 'House blend 1 kg');
		await this.#complete();
		const number = (await this.page.locator('.paper .number').innerText()).replaceAll(' ', '');
		await this.#next();
		if (nth % 10 === 5) await this.#lookAgain();
		if (nth % 10 === 6) await this.#takeBack(number);
	}

	/** By the last figure of the sale's number. */
	readonly #beforehand: Record<number, () => Promise<void>> = {
		0: () => this.#refused('NOSUCHCODE', 'We do not know this code'),
		1: () => this.#refused('4111111111111111', 'This is a payment card.'),
		2: () => this.#voucherInVain(),
		3: () => this.#member(),
		4: () => this.#cancel(),
		5: () => this.#camera(),
		6: () => this.#sheets(),
		7: () => this.#pick(),
		8: () => this.#sentLater(),
		9: () => this.#changeMind()
	};

	readonly #basket = () => this.page.getByRole('region', { name: 'Basket' });
	readonly #payment = () => this.page.getByRole('region', { name: 'Payment' });
	readonly #empty = () => this.page.getByText('Scan or pick the first product.');
	readonly #rows = () => this.#basket().locator('li');

	async #put(...names: string[]): Promise<void> {
		for (const name of names) {
			await scan(this.page, await barcodeOf(this.page, name));
			await this.#basket().getByText(name, { exact: true }).waitFor();
		}
	}

	async #complete(): Promise<void> {
		await this.#payment().getByRole('button', { name: 'Complete sale' }).click();
		await this.page.getByRole('heading', { name: 'Sale complete' }).waitFor();
	}

	async #next(): Promise<void> {
		await this.page.getByRole('button', { name: 'Next sale' }).click();
		await this.#empty().waitFor();
		this.sales++;
	}

	async #refused(code: string, sentence: string): Promise<void> {
		await scan(this.page, code);
		await this.page.getByText(sentence).waitFor();
	}

	async #voucherInVain(): Promise<void> {
		await this.#put('Croissant');
		await scan(this.page, 'BASKET5');
		await this.#payment().getByText('This voucher works from').waitFor();
		await this.#payment().getByRole('button', { name: 'Do not use' }).click();
		await this.#payment().getByText('This voucher works from').waitFor({ state: 'hidden' });
	}

	/** a member's code, as their card has it */
	memberCode = '';

	async #member(): Promise<void> {
		await scan(this.page, this.memberCode);
		await this.page.getByRole('button', { name: 'Confirm' }).click();
	}

	async #cancel(): Promise<void> {
		await this.#put('Croissant', 'Flat white');
		await this.#basket().getByRole('button', { name: 'Clear' }).click();
		await this.page.getByText('The sale was cleared.').waitFor();
	}

	/** The camera is held in front of nothing, and closed again. */
	async #camera(): Promise<void> {
		await this.page.getByRole('button', { name: 'Scan member' }).click();
		await this.page.locator('.scanner[data-phase="running"]').waitFor();
		await wait(500);
		await this.#close();
	}

	/** What is opened and left without a deed. */
	async #sheets(): Promise<void> {
		await this.page.getByRole('button', { name: 'New member' }).click();
		await this.#close();
		await this.page.getByRole('button', { name: this.#person.name }).click();
		await this.#close();
		await this.page.getByRole('button', { name: 'Receipts' }).click();
		await this.page.locator('dialog[open] ul button').first().waitFor();
		await this.#close();
	}

	async #close(): Promise<void> {
		const dialog = this.page.locator('dialog[open]');
		await dialog.waitFor();
		await this.page.keyboard.press('Escape');
		await dialog.waitFor({ state: 'detached' });
	}

	async #pick(): Promise<void> {
		const search = this.page.getByRole('textbox', { name: 'Search or code' });
		await search.fill('flat');
		await this.page.locator('.tile').filter({ hasText: 'Flat white' }).click();
		await search.fill('');
		await this.#basket().getByText('Flat white', { exact: true }).waitFor();
	}

	/** A sale while the line is down: asked for again until it arrives, here the one of the sale before. */
	async #sentLater(): Promise<void> {
		await this.#put('Flat white');
		await this.page.context().setOffline(true);
		await this.#payment().getByRole('button', { name: 'Complete sale' }).click();
		await this.page.getByText('Not sent yet').waitFor();
		await this.idle(minute);
		await this.page.context().setOffline(false);
		await this.page.getByRole('heading', { name: 'Sale complete' }).waitFor();
		await this.#next();
	}

	async #changeMind(): Promise<void> {
		await this.#put('Flat white', 'Croissant');
		await this.#basket().getByRole('button', { name: 'One more: Croissant' }).click();
		await this.#basket().getByRole('button', { name: 'Remove' }).click();
		await this.#rows().nth(1).waitFor({ state: 'detached' });
	}

	/** The receipt of a customer who comes back for a copy. */
	async #lookAgain(): Promise<void> {
		await this.page.getByRole('button', { name: 'Receipts' }).click();
		await this.page.locator('dialog[open] ul button').first().click();
		await this.page.getByRole('button', { name: 'Back to the sale' }).click();
		await this.#empty().waitFor();
	}

	async #takeBack(number: string): Promise<void> {
		await this.page.getByRole('button', { name: 'Return' }).click();
		await this.page.getByLabel('Receipt number').fill(number);
		await this.page.getByRole('button', { name: 'Open receipt' }).click();
		await this.page.getByRole('button', { name: 'One more: Croissant' }).click();
		await this.page.getByRole('button', { name: 'Faulty' }).click();
		await this.page.getByRole('button', { name: 'Take back' }).click();
		await this.page.getByRole('button', { name: 'Done' }).click();
		await this.#empty().waitFor();
	}

	/** What is held once everything is thrown away that nobody needs. Words on the screen have gone by then. */
	async look(): Promise<Held> {
		await this.idle(minute);
		for (let times = 0; times < 2; times++) await this.#tools.send('HeapProfiler.collectGarbage');
		const { metrics } = await this.#tools.send('Performance.getMetrics');
		const metric = (wanted: string) => metrics.find(({ name }) => name === wanted)?.value;
		const { kept, stored } = await this.page.evaluate(async () => ({
			kept: [localStorage, sessionStorage].flatMap((storage) => Object.entries(storage).flat()).join('').length,
			stored: (await navigator.storage.estimate()).usage
		}));
		const heap = metric('JSHeapUsedSize');
		return {
			heap: heap && heap / 1024 / 1024,
			nodes: metric('Nodes'),
			listeners: metric('JSEventListeners'),
			documents: metric('Documents'),
			kept: kept / 1024,
			stored: stored === undefined ? undefined : stored / 1024,
			resources: metric('Resources')
		};
	}

	/** Everything in the page's memory, to be opened with a browser's tools. */
	async snapshot(write: (part: string) => void): Promise<void> {
		const heard = ({ chunk }: { chunk: string }) => write(chunk);
		this.#tools.on('HeapProfiler.addHeapSnapshotChunk', heard);
		await this.#tools.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false });
		this.#tools.off('HeapProfiler.addHeapSnapshotChunk', heard);
	}
}
