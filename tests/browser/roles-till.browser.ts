import type { Browser, Page } from '@playwright/test';
import { aTablet, barcodeOf, call, cashier, expectAccessible, scan, signIn, supervisor, tablet } from './counter.ts';
import { expect, pressUntil, test, typePin } from './test.ts';

/** A day of a cashier and a day of a supervisor at one tablet, from the first PIN to the last. */

const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name });
const settle = (page: Page) => page.getByRole('region', { name: 'Payment' });
const sheet = (page: Page) => page.locator('dialog[open]');
const done = (page: Page) => page.locator('#done-title');
const shownCode = async (page: Page, where: string): Promise<string> =>
	(await page.locator(`${where} svg[data-qr]`).getAttribute('data-qr')) ?? '';

async function sell(page: Page, ...names: string[]): Promise<void> {
	for (const name of names) await scan(page, await barcodeOf(page, name));
	await settle(page).getByRole('button', { name: 'Complete sale' }).click();
	await expect(done(page)).toBeVisible();
}

async function openReturn(page: Page, number: string): Promise<void> {
	await button(page, 'Return').click();
	await page.getByLabel('Receipt number').fill(number);
	await button(page, 'Open receipt').click();
	await expect(page.locator('.stepper').first()).toBeVisible();
}

/** The tablet in the morning: nobody is signed in, until somebody's PIN. */
async function morning(browser: Browser, baseURL: string | undefined): Promise<Page> {
	const context = await aTablet(browser, { ...(baseURL && { baseURL }), locale: 'en-GB', viewport: tablet });
	// Already so, after another day at this tablet.
	await call(context.request, 'till.identity.signOut', null).catch(() => undefined);
	const page = await context.newPage();
	page.setDefaultTimeout(20_000);
	await page.goto('/till');
	await pressUntil(button(page, cashier.name), page.getByRole('button', { name: '5', exact: true }));
	await typePin(page, cashier.pin);
	await page.keyboard.press('Enter');
	await expect(page.locator('.tile').first()).toBeVisible();
	return page;
}

async function signOut(page: Page, name: string): Promise<void> {
	await button(page, name).click();
	await button(page, 'Switch cashier').click();
	await expect(button(page, cashier.name)).toBeVisible();
}

test('a cashier’s day: somebody joins, saves with a voucher, buys a gift card and pays with it, brings goods back', async ({
	browser,
	baseURL
}) => {
	const page = await morning(browser, baseURL);
	const context = page.context();
	await button(page, 'New member').click();

	await test.step('somebody joins, and agrees first', async () => {
		await button(page, 'Make them a member').click();
		await expect(sheet(page).locator('[aria-invalid="true"]').first()).toBeVisible();
		await expectAccessible(page, 'joining, with nothing told');
		await page.getByLabel('Name').fill('Mara Lind');
		await page.getByRole('checkbox', { name: /I join/ }).check();
		await button(page, 'Make them a member').click();
		await expect(sheet(page)).toContainText('They photograph their code');
		await expectAccessible(page, 'a new member’s code');
	});
	const member = await shownCode(page, 'dialog[open]');
	await button(page, 'Done').click();
	await expect(page.getByRole('region', { name: 'Member' })).toContainText('Mara Lind');

	await test.step('a sale with a voucher, and a gift card of theirs', async () => {
		for (const name of ['House blend 1 kg', 'Crémant 0.75 l']) await scan(page, await barcodeOf(page, name));
		await scan(page, 'BASKET5');
		await expect(settle(page)).toContainText('−€5.00');
		await button(page, 'Sell a gift card').click();
		await button(page, /^New digital card/).click();
		await button(page, '€25.00').click();
		await expect(page.getByRole('region', { name: 'Basket' })).toContainText('€25.00');
		await sell(page);
		await button(page, 'Next sale').click();
	});

	let number = '';
	await test.step('the card pays, once it is sure who stands there', async () => {
		await scan(page, member);
		await button(page, 'Confirm').click();
		await scan(page, await barcodeOf(page, 'Croissant'));
		await settle(page)
			.getByRole('button', { name: /^Gift card/ })
			.click();
		await expect(settle(page)).toContainText('€22.40 left');
		await sell(page);
		await expect(page.locator('.take')).toContainText('0.00');
		number = await shownCode(page, '.paper');
		await button(page, 'Next sale').click();
	});

	await test.step('goods come back, their money onto the card', async () => {
		await openReturn(page, number);
		await button(page, 'Everything').click();
		await button(page, 'Not liked').click();
		await expect(page.getByRole('region', { name: 'What the return gives' })).toContainText('2.60');
		await button(page, 'Take back').click();
		await expect(page.getByRole('heading', { name: 'Taken back' })).toBeVisible();
		await button(page, 'Done').click();
	});
	await signOut(page, cashier.name);
	await context.close();
});

test('a supervisor’s day: agrees to a return without a receipt, takes over a held voucher, exchanges', async ({
	browser,
	baseURL
}) => {
	const page = await morning(browser, baseURL);
	const context = page.context();

	await test.step('goods without their receipt need a PIN beside the cashier’s', async () => {
		await button(page, 'Return').click();
		await button(page, 'Without a receipt').click();
		await scan(page, await barcodeOf(page, 'Croissant'));
		await expect(page.locator('.worth')).toContainText('2.60');
		await button(page, 'Take back').click();
		await expect(page.getByText('Please choose why it comes back.')).toBeVisible();
		await button(page, 'Broken or faulty').click();
		await expectAccessible(page, 'a return without a receipt');
		await button(page, 'Take back').click();
		// The only one who may: nobody has to be chosen.
		await expect(sheet(page)).toContainText(supervisor.name);
		await typePin(page, '0000');
		await button(page, 'Allow').click();
		await expect(sheet(page)).toContainText('This PIN is not right');
		await sheet(page).locator('input').focus();
		await typePin(page, supervisor.pin);
		await button(page, 'Allow').click();
		await expect(page.getByRole('heading', { name: 'Taken back' })).toBeVisible();
		await expectAccessible(page, 'taken back without a receipt');
		expect(await shownCode(page, '.given')).toMatch(/^[0-9A-Z]{10,}$/);
		await button(page, 'Done').click();
	});
	await signOut(page, cashier.name);
	await signIn(page, supervisor);

	await test.step('a voucher that another basket holds is used here', async () => {
		await call(context.request, 'admin.identity.signIn', {
			email: 'manager@pareto.example',
			password: 'linden-and-saffron'
		});
		const sharedCode = `HELD${Date.now().toString(36).toUpperCase()}`;
		await call(context.request, 'admin.vouchers.create', {
			key: `voucher-${sharedCode}`,
			sharedCode,
			definition: {
				title: 'One for the quickest',
				description: null,
				effect: { kind: 'percent', percent: 10, capCents: null },
				conditions: { minimumCents: 0, productIds: [], categoryIds: [], storeIds: [] },
				stacking: { kind: 'alone' },
				codeKind: 'shared',
				holding: 'open',
				startsAt: null,
				endsAt: null,
				validity: null,
				usesPerMember: null,
				usesPerCode: 1
			}
		});
		const other = await context.newPage();
		await other.goto('/till');
		await expect(other.locator('.tile').first()).toBeVisible();
		for (const at of [other, page]) {
			await scan(at, await barcodeOf(at, 'Croissant'));
			await scan(at, sharedCode);
			await expect(settle(at)).toContainText('One for the quickest');
			if (at === other) await expect(settle(at)).toContainText('−€0.26');
		}
		await other.close();
		await button(page, 'Use it here').click();
		await expect(settle(page)).toContainText('−€0.26');
		await sell(page);
	});

	await test.step('goods are exchanged, and the difference changes hands', async () => {
		const number = await shownCode(page, '.paper');
		await button(page, 'Next sale').click();
		await openReturn(page, number);
		await button(page, 'Everything').click();
		await button(page, 'Exchange').click();
		await scan(page, await barcodeOf(page, 'Flat white'));
		await expect(page.getByRole('region', { name: 'Exchange' })).toContainText('Croissant');
		await expect(settle(page).getByText('To pay')).toBeVisible();
		await expectAccessible(page, 'an exchange');
		await button(page, 'Complete exchange').click();
		await expect(page.getByRole('heading', { name: 'Exchanged' })).toBeVisible();
		// 3.90 for the coffee, 2.34 for the croissant
		await expect(page.locator('.take')).toContainText('1.56');
		await expectAccessible(page, 'exchanged');
		await button(page, 'Next sale').click();
	});
	await signOut(page, supervisor.name);
	await context.close();
});
