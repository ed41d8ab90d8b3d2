import { expect, test as base, type Browser, type Locator, type Page } from '@playwright/test';

export { expect };

/**
 * Tests in a real browser, on the app that the setup started. A script error on a page fails its test, whatever the
 * test looks at. `PARETO_SLOW=4 npm test -- browser` makes every page four times slower and every answer late, to find
 * what a test does not wait for.
 */
export const test = base.extend<{ noScriptErrors: void }, { browser: Browser }>({
	// eslint-disable-next-line no-empty-pattern -- Playwright reads the names of the fixtures from the pattern
	baseURL: async ({}, use) => {
		await use(process.env.PARETO_ADDRESS);
	},
	browser: [async ({ browser }, use) => use(whosePagesStart(browser)), { scope: 'worker' }],
	noScriptErrors: [
		async ({ context }, use) => {
			const errors: Error[] = [];
			context.on('weberror', (error) => errors.push(error.error()));
			await use();
			if (errors.length > 0) throw new AggregateError(errors, `script errors on the page: ${errors.join('; ')}`);
		},
		{ auto: true }
	]
});

const slowness = Number(process.env.PARETO_SLOW ?? 1);

/** The browser, each page of which is opened only once its script has come: what is typed or pressed before is lost. */
export function whosePagesStart(browser: Browser): Browser {
	const newContext = browser.newContext.bind(browser);
	browser.newContext = async (options) => {
		const context = await newContext(options);
		const newPage = context.newPage.bind(context);
		context.newPage = async () => waitingForScript(await newPage());
		return context;
	};
	return browser;
}

async function waitingForScript(page: Page): Promise<Page> {
	if (slowness > 1) {
		const machine = await page.context().newCDPSession(page);
		await machine.send('Emulation.setCPUThrottlingRate', { rate: slowness });
		const late = { offline: false, latency: slowness * 100, downloadThroughput: -1, uploadThroughput: -1 };
		await machine.send('Network.emulateNetworkConditions', late);
	}
	const started = page.locator('html[data-started]');
	const [goto, reload] = [page.goto.bind(page), page.reload.bind(page)];
	page.goto = async (...args) => {
		const answer = await goto(...args);
		await started.waitFor({ state: 'attached' });
		return answer;
	};
	page.reload = async (...args) => {
		const answer = await reload(...args);
		await started.waitFor({ state: 'attached' });
		return answer;
	};
	return page;
}

/**
 * Presses a button as a person does: one that is pressed before the page's script has come does nothing, so it is pressed
 * again; but never once what it opens is there, however slowly that came.
 */
export async function pressUntil(button: Locator, opened: Locator): Promise<void> {
	await expect(async () => {
		if (!(await opened.isVisible())) await button.click({ timeout: 2000 });
		await expect(opened).toBeVisible({ timeout: 2000 });
	}).toPass({ timeout: 40_000 });
}

/** Types a PIN once the field for it has the focus: keys that come before are nobody's. */
export async function typePin(page: Page, pin: string): Promise<void> {
	const field = page.locator('input[type="password"]');
	await expect(field).toBeFocused();
	await expect(field).toBeEditable();
	await page.keyboard.type(pin);
}
