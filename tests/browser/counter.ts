import type { APIRequestContext, Browser, BrowserContext, BrowserContextOptions, Page } from '@playwright/test';
import { test } from '@playwright/test';
import AxeBuilder from '@axe-core/playwright';
import { parse, stringify } from 'devalue';
import { expect, typePin } from './test.ts';

/** A counter for browser tests: its people, a tablet that is one of the shop's tills, its scanner. The goods are the demo shop's. */
export const cashier = { name: 'Ada Lorenz', pin: '2580' };
export const supervisor = { name: 'Dariush Nouri', pin: '1470' };
export const tablet = { width: 1024, height: 768 };
const owner = { email: 'owner@pareto.example', password: 'linden-and-saffron' };
/** A procedure of the console, called as its pages do. */
export async function call<Answer>(request: APIRequestContext, path: string, input?: unknown): Promise<Answer> {
	const answer =
		input === undefined
			? await request.get(`/api/trpc/${path}`)
			: await request.post(`/api/trpc/${path}`, {
					data: JSON.stringify(stringify(input)),
					headers: { 'content-type': 'application/json', origin: process.env.PARETO_ADDRESS ?? '' }
				});
	expect(answer.status(), await answer.text()).toBe(200);
	return parse((await answer.json()).result.data) as Answer;
}

/** A code for one more tablet. */
async function enrolmentCode(request: APIRequestContext): Promise<string> {
	await call(request, 'admin.identity.signIn', owner);
	const [store] = await call<{ id: string }[]>(request, 'admin.stores.list');
	const wanted = { key: `enrol-${Date.now()}`, storeId: store?.id, name: 'Till of a test' };
	return (await call<{ code: string }>(request, 'admin.identity.devices.makeEnrolmentCode', wanted)).code;
}

/** The first field of the page, whatever it is called in its language. */
export const field = (page: Page) => page.getByRole('textbox').first();

export async function signIn(page: Page, person = cashier): Promise<void> {
	await page.getByRole('button', { name: person.name }).click();
	await typePin(page, person.pin);
	await page.keyboard.press('Enter');
	await expect(page.locator('.tile').first()).toBeVisible();
}

/**
 * The tablets of the files' tests, with Ada at them: each is enrolled once, since nobody may try codes without end. Not one
 * for all files: one file's day ends with somebody signed out, and which files share a process is chance.
 */
const enrolled = new Map<string, ReturnType<typeof enrol>>();

export async function aTablet(browser: Browser, options: BrowserContextOptions): Promise<BrowserContext> {
	const { file } = test.info();
	let state = enrolled.get(file);
	if (!state) enrolled.set(file, (state = browser.newContext(options).then(enrol)));
	return browser.newContext({ viewport: tablet, ...options, storageState: await state });
}

async function enrol(context: BrowserContext) {
	const page = await context.newPage();
	await page.goto('/till');
	await field(page).fill(await enrolmentCode(context.request));
	await field(page).press('Enter');
	await signIn(page);
	const state = await context.storageState();
	await context.close();
	return state;
}

/** What a scanner that acts as a keyboard sends: all keys at once, each let go before the next, then Enter. */
export async function scan(page: Page, code: string): Promise<void> {
	const keyboard = await page.context().newCDPSession(page);
	// The times of a real scanner's keys, however busy the machine is that sends them.
	const began = Date.now() / 1000;
	const events = [...code, 'Enter'].flatMap((key, place) => {
		const enter = key === 'Enter';
		const about = {
			timestamp: began + place * 0.005,
			key,
			code: enter ? key : `${/\d/.test(key) ? 'Digit' : 'Key'}${key}`,
			windowsVirtualKeyCode: enter ? 13 : key.charCodeAt(0)
		};
		return [
			{ type: 'keyDown' as const, text: enter ? '\r' : key, ...about },
			{ type: 'keyUp' as const, ...about }
		];
	});
	await Promise.all(events.map((event) => keyboard.send('Input.dispatchKeyEvent', event)));
	await keyboard.detach();
}

export const barcodeOf = (page: Page, name: string): Promise<string> =>
	page.evaluate((name) => {
		const { products } = JSON.parse(localStorage.getItem('till.catalogue.1') ?? '{}') as {
			products: { name: string; barcode: string }[];
		};
		return products.find((product) => product.name === name)?.barcode ?? '';
	}, name);

export async function expectAccessible(page: Page, screen: string): Promise<void> {
	const { violations } = await new AxeBuilder({ page })
		.withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'])
		.analyze();
	const told = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`);
	expect(told, screen).toEqual([]);
}
