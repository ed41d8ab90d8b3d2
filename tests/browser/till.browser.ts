import type { Browser, BrowserContextOptions, Page } from '@playwright/test';
import { aTablet, barcodeOf, call, cashier, expectAccessible, field, scan, tablet } from './counter.ts';
import { expect, test as base, typePin } from './test.ts';

/** The till in the hands of its people: scanner, keyboard, a network that goes away. */
const test = base.extend<{ till: Page }>({
	till: async ({ browser, baseURL }, use) => {
		const context = await aTablet(browser, { ...(baseURL && { baseURL }), locale: 'en-GB' });
		const errors: Error[] = [];
		context.on('weberror', (error) => errors.push(error.error()));
		const page = await context.newPage();
		await page.goto('/till');
		await expect(page.locator('.tile').first()).toBeVisible();
		await use(page);
		expect(errors).toEqual([]);
		await context.close();
	}
});

const basket = (page: Page) => page.getByRole('region', { name: 'Basket' });
const payment = (page: Page) => page.getByRole('region', { name: 'Payment' });
const complete = (page: Page) => payment(page).getByRole('button', { name: 'Complete sale' });
const done = (page: Page) => page.getByRole('heading', { name: 'Sale complete' });
const receiptNumber = async (page: Page): Promise<string> =>
	(await page.locator('.paper .number').innerText()).replaceAll(' ', '');

test('a scanner is heard wherever the focus is, and presses no button', async ({ till: page }) => {
	const croissant = await barcodeOf(page, 'Croissant');
	await scan(page, croissant);
	await expect(basket(page)).toContainText('€2.60');
	// In the search field, where people type too, nothing of it stays.
	const search = page.getByRole('textbox', { name: 'Search or code' });
	await search.focus();
	await search.pressSequentially('rye');
	// A hand that takes the scanner needs longer than a scanner's keys.
	await page.waitForTimeout(400);
	await scan(page, croissant);
	await expect(basket(page)).toContainText('€5.20');
	await expect(search).toHaveValue('rye');
	// On a button that would empty the basket, and while a sheet is open.
	await basket(page).getByRole('button', { name: 'Clear' }).focus();
	await scan(page, croissant);
	await expect(basket(page)).toContainText('€7.80');
	await page.getByRole('button', { name: cashier.name }).click();
	await expect(page.getByRole('dialog')).toBeVisible();
	await scan(page, croissant);
	await page.keyboard.press('Escape');
	await expect(page.getByRole('dialog')).toBeHidden();
	await expect(basket(page)).toContainText('€10.40');
});

test('a code that is wrong is answered with a sentence, and the sale stays as it was', async ({ till: page }) => {
	await scan(page, await barcodeOf(page, 'Croissant'));
	await scan(page, 'NOSUCHCODE');
	await expect(page.getByText('We do not know this code')).toBeVisible();
	await scan(page, '4111111111111111');
	await expect(page.getByText('This is a payment card.')).toBeVisible();
	// What was said is taken away by what goes well next; what was typed is answered where it was typed.
	await scan(page, await barcodeOf(page, 'Croissant'));
	await expect(page.getByText('This is a payment card.')).toBeHidden();
	await expect(basket(page)).toContainText('€5.20');
	const search = page.getByRole('textbox', { name: 'Search or code' });
	await search.fill('NO SUCH CODE');
	await search.press('Enter');
	await expect(search).toHaveAccessibleDescription(/We do not know this code/);
	await expect(page.locator('.toast')).toHaveCount(0);
	await search.fill('');
	await expect(page.getByText('We do not know this code')).toBeHidden();
	await expect(complete(page)).toBeEnabled();
});

test('a voucher that does not apply says why and how much is missing', async ({ till: page }) => {
	await scan(page, await barcodeOf(page, 'House blend 1 kg'));
	await scan(page, 'BASKET5');
	await expect(payment(page)).toContainText('This voucher works from €40.00. Just €10.10 more.');
	await expect(complete(page)).toBeDisabled();
	await scan(page, await barcodeOf(page, 'Crémant 0.75 l'));
	await expect(payment(page)).toContainText('−€5.00');
	await expect(complete(page)).toBeEnabled();
	await basket(page).getByRole('button', { name: 'Remove' }).click();
	await payment(page).getByRole('button', { name: 'Do not use: 5.00 off from 40.00' }).click();
	await expect(complete(page)).toBeEnabled();
});

test('a sale needs no mouse: search, Enter, the total, Enter, the next one', async ({ till: page }) => {
	const focused = () =>
		page.evaluate(() => {
			const { activeElement: node } = document;
			return node?.getAttribute('aria-label') || (node as HTMLElement | null)?.innerText.split('\n')[0] || '';
		});
	/** The names of what the Tab key reaches, up to one that is looked for. */
	const tabTo = async (name: string | RegExp): Promise<string[]> => {
		const passed: string[] = [];
		for (let steps = 0; steps < 60; steps++) {
			await page.keyboard.press('Tab');
			passed.push(await focused());
			if (passed.at(-1)?.match(name)) return passed;
		}
		throw new Error(`${name} was not reached: ${passed.join(', ')}`);
	};
	await page.locator('body').evaluate((body) => body.focus());
	await tabTo(/^Search or code$/);
	await page.keyboard.type('flat', { delay: 60 });
	await page.keyboard.press('Enter');
	await expect(basket(page)).toContainText('Flat white');
	// The products are one stop; arrows walk among them.
	const passed = await tabTo(/^Complete sale$/);
	const order = ['Amount', 'All', 'Almonds', 'Scan member', 'Add code', 'Complete sale'];
	expect(passed.filter((name) => order.includes(name))).toEqual(order);
	await page.keyboard.press('Enter');
	await expect(done(page)).toBeVisible();
	await expect.poll(focused).toBe('Next sale');
	await page.keyboard.press('Enter');
	await expect(page.getByText('Scan or pick the first product.')).toBeVisible();
	await tabTo(/^Almonds$/);
	await page.keyboard.press('ArrowRight');
	await expect.poll(focused).toBe('Apple juice 1 l');
	await page.keyboard.press('Enter');
	await expect(basket(page)).toContainText('Apple juice 1 l');
	await page.keyboard.press('Home');
	await expect.poll(focused).toBe('Almonds');
});

test('goods come back line by line, once', async ({ till: page }) => {
	for (const name of ['Croissant', 'Croissant', 'Flat white']) await scan(page, await barcodeOf(page, name));
	await expect(basket(page)).toContainText('€3.90');
	await complete(page).click();
	await expect(done(page)).toBeVisible();
	const number = await receiptNumber(page);
	const open = async () => {
		await page.getByRole('button', { name: 'Return' }).click();
		await page.getByLabel('Receipt number').fill(number);
		await page.getByRole('button', { name: 'Open receipt' }).click();
	};
	await open();
	await page.getByRole('button', { name: 'One more: Croissant' }).click();
	await expect(page.getByRole('region', { name: 'What the return gives' })).toContainText('2.60');
	await page.getByRole('button', { name: 'Faulty' }).click();
	await page.getByRole('button', { name: 'Take back' }).click();
	await expect(page.getByRole('heading', { name: 'Taken back' })).toBeVisible();
	await page.getByRole('button', { name: 'Done' }).click();
	await open();
	await expect(page.getByText('came back: 1')).toBeVisible();
	await page.getByRole('button', { name: 'Everything' }).click();
	await expect(page.getByRole('region', { name: 'What the return gives' })).toContainText('6.50');
});

test('a network that goes away while a sale is sent leaves one receipt', async ({ till: page }) => {
	const context = page.context();
	await scan(page, await barcodeOf(page, 'Croissant'));
	await expect(basket(page)).toContainText('€2.60');
	// The first try arrives and is sold; its answer is lost, and from then on there is no network.
	const answers: { receipt: { number: string }; replayed: boolean }[] = [];
	const sent: (string | null)[] = [];
	let offline = false;
	await page.route('**/api/v1/checkout/commit', async (route) => {
		sent.push(route.request().postData());
		if (offline) return route.abort('internetdisconnected');
		const answer = await route.fetch();
		answers.push(await answer.json());
		if (answers.length > 1) return route.fulfill({ response: answer });
		offline = true;
		await context.setOffline(true);
		return route.abort('connectionreset');
	});
	await complete(page).click();
	await expect(page.getByText('Not sent yet')).toBeVisible();
	await expect(page.getByText('No connection', { exact: true })).toBeVisible();
	await expect(page.getByText('Not sent: 1')).toBeVisible();
	// Nothing may change meanwhile: it is what was sent.
	await scan(page, await barcodeOf(page, 'Croissant'));
	await expect(basket(page)).toContainText('€2.60');
	expect(answers).toHaveLength(1);
	offline = false;
	await context.setOffline(false);
	await expect(done(page)).toBeVisible();
	expect(new Set(sent).size).toBe(1);
	expect(answers.map(({ replayed }) => replayed)).toEqual([false, true]);
	expect(new Set(answers.map(({ receipt }) => receipt.number))).toEqual(new Set([await receiptNumber(page)]));
});

/** One walk along the screens, looked at where most of what a screen can show is on it at once. */
async function tour(browser: Browser, options: BrowserContextOptions): Promise<void> {
	const context = await aTablet(browser, options);
	try {
		const page = await context.newPage();
		await page.goto('/till');
		await call(context.request, 'till.identity.signOut', null);
		await page.reload();
		await page.getByRole('button', { name: cashier.name }).click();
		await expectAccessible(page, 'PIN');
		await typePin(page, cashier.pin);
		await page.keyboard.press('Enter');
		await expect(page.locator('.tile').first()).toBeVisible();
		for (const name of ['Croissant', 'House blend 1 kg']) await scan(page, await barcodeOf(page, name));
		await scan(page, 'BASKET5');
		await expect(page.locator('.applies li')).toHaveCount(1);
		await page.locator('.basket .row').first().click();
		await scan(page, '4111111111111111');
		await expect(page.locator('.toast')).toBeVisible();
		await expectAccessible(page, 'a sale: a line, a voucher that does not apply, a scan that went wrong');
		await scan(page, await barcodeOf(page, 'Crémant 0.75 l'));
		await expect(page.locator('.toast')).toHaveCount(0);
		await page.locator('.settle footer button.primary').click();
		await expect(page.locator('#done-title')).toBeVisible();
		await expectAccessible(page, 'receipt');
		const number = await receiptNumber(page);
		// After a reload it is found again, with the way to a return.
		await page.reload();
		await page.locator('header.strip button').first().click();
		await page.locator('dialog[open] ul button').first().click();
		await expect(page.locator('#done-title')).toBeVisible();
		expect(await receiptNumber(page)).toBe(number);
		await page.locator('.paper footer button').nth(1).click();
		await expect(page.locator('.stepper').first()).toBeVisible();
		await page.locator('.stepper button').nth(1).click();
		await expectAccessible(page, 'return');
	} finally {
		await context.close();
	}
}

test('every screen can be used by everybody: in English, light', async ({ browser, baseURL }) => {
	await tour(browser, { ...(baseURL && { baseURL }), locale: 'en-GB', colorScheme: 'light' });
	const stranger = await browser.newContext({ viewport: tablet, ...(baseURL && { baseURL }) });
	const unknown = await stranger.newPage();
	await unknown.goto('/till');
	await field(unknown).fill('T222 2222 2');
	await field(unknown).press('Enter');
	await expect(unknown.locator('[aria-invalid="true"]')).toBeVisible();
	await expectAccessible(unknown, 'enrolling, after a wrong code');
	await stranger.close();
});

test('every screen can be used by everybody: in Persian, dark', async ({ browser, baseURL }) => {
	await tour(browser, { ...(baseURL && { baseURL }), locale: 'fa-IR', colorScheme: 'dark' });
});
