import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, Page } from '@playwright/test';
import { expect, test } from './test.ts';

/**
 * A manager's day at the desk, on the demo shop: a voucher from its first wrong word to its pause, a pool of codes, a
 * gift card, a member with their ledger and a receipt; by mouse, by keyboard, and for eyes and readers of every kind.
 */
const owner = { email: 'owner@pareto.example', password: 'linden-and-saffron' };
const member = 'member0001@pareto.example';
const desk = { width: 1280, height: 800 };

test.use({ viewport: desk });
test.describe.configure({ mode: 'parallel' });

async function signIn(page: Page): Promise<void> {
	await page.goto('/admin/sign-in');
	const fields = page.locator('form input');
	await fields.nth(0).fill(owner.email);
	await fields.nth(1).fill(owner.password);
	await page.locator('form button[type="submit"]').click();
	await page.waitForURL((url) => url.pathname === '/admin');
}

const follow = (page: Page, name: string) => page.getByRole('navigation', { name: 'Menu' }).getByRole('link', { name });
const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { level: 1, name });

/** Presses a form's button until its script has come and answers with what is wrong. */
async function pressUntilWrong(page: Page, button: string, field: string): Promise<void> {
	await expect(async () => {
		await page.getByRole('button', { name: button }).click();
		await expect(page.getByLabel(field, { exact: true })).toHaveAttribute('aria-invalid', 'true', { timeout: 1000 });
	}).toPass();
}

test('a manager writes a voucher, and nothing typed is lost on the way', async ({ page }) => {
	const title = `Autumn soup ${Date.now()}`;
	await signIn(page);
	await follow(page, 'Vouchers').click();
	await page.getByRole('link', { name: 'New voucher' }).first().click();
	const titleField = page.getByLabel('Title', { exact: true });
	const percent = page.getByLabel('Percent off', { exact: true });
	const description = page.getByLabel('Description');
	const create = page.getByRole('button', { name: 'Create voucher' });

	await test.step('what is missing is said beside its field', async () => {
		await pressUntilWrong(page, 'Create voucher', 'Title');
		await expect(titleField).toBeFocused();
		await expect(titleField).toHaveAccessibleDescription(/\w+ .*\./);
	});

	await test.step('a wrong percentage leaves everything else as it was typed', async () => {
		await titleField.fill(title);
		await description.fill('A bowl for whoever comes in from the rain.');
		await percent.fill('250');
		await create.click();
		await expect(percent).toHaveAttribute('aria-invalid', 'true');
		await expect(percent).toHaveAccessibleDescription(/100/);
		await expect(titleField).not.toHaveAttribute('aria-invalid');
		await expect(titleField).toHaveValue(title);
		await expect(percent).toHaveValue('250');
	});

	await test.step('a server that does not answer takes nothing away either', async () => {
		await percent.fill('15');
		await expect(page.getByText('Gives 15% off.')).toBeVisible();
		await page.route('**/api/trpc/**', (route) => route.abort());
		await create.click();
		await expect(page.getByText('No answer came.', { exact: false })).toBeVisible();
		await expect(titleField).toHaveValue(title);
		await expect(description).toHaveValue('A bowl for whoever comes in from the rain.');
		await page.unroute('**/api/trpc/**');
		await create.click();
		await expect(heading(page, title)).toBeVisible();
		await expect(heading(page, title)).toContainText('Running');
	});

	await test.step('it can be changed', async () => {
		await page.getByRole('link', { name: 'Edit' }).click();
		await expect(titleField).toHaveValue(title);
		await titleField.fill(`${title}, large`);
		await page.getByRole('button', { name: 'Save' }).click();
		await expect(heading(page, `${title}, large`)).toBeVisible();
	});

	await test.step('and paused', async () => {
		await page.getByRole('button', { name: 'Pause' }).click();
		const question = page.getByRole('dialog', { name: title });
		await question.getByRole('button', { name: 'Pause' }).click();
		await expect(question).toBeHidden();
		await expect(heading(page, title)).toContainText('Paused');
	});
});

test('a manager makes a pool of codes, each of its own', async ({ page }) => {
	const title = `One each ${Date.now()}`;
	await signIn(page);
	await page.goto('/admin/vouchers/new');
	await pressUntilWrong(page, 'Create voucher', 'Title');
	await page.getByLabel('Title', { exact: true }).fill(title);
	await page.getByLabel('Percent off', { exact: true }).fill('5');
	await page.getByRole('radio', { name: 'Separate codes' }).check();
	await page.getByRole('button', { name: 'Create voucher' }).click();
	await expect(heading(page, title)).toBeVisible();

	await page.getByRole('button', { name: 'Make codes' }).click();
	const sheet = page.getByRole('dialog', { name: 'Make codes' });
	const count = sheet.getByLabel('How many codes');
	await count.fill('0');
	await sheet.getByRole('button', { name: 'Make codes' }).click();
	await expect(count).toHaveAttribute('aria-invalid', 'true');
	await count.fill('12');
	await sheet.getByRole('button', { name: 'Make codes' }).click();
	await expect(sheet).toBeHidden();
	await expect(page.getByRole('rowheader')).toHaveCount(12);

	const file = await page.getByRole('link', { name: 'Download CSV' }).getAttribute('href');
	const lines = (await (await page.request.get(file ?? '')).text()).trim().split('\r\n');
	expect(new Set(lines).size).toBe(13);
});

test('a manager issues a gift card and finds a member, their points and a receipt', async ({ page }) => {
	await signIn(page);

	await test.step('a card for its bearer, whose code is shown once', async () => {
		await follow(page, 'Gift cards').click();
		await page.getByRole('link', { name: 'Issue gift cards' }).first().click();
		await pressUntilWrong(page, 'Issue', 'Value');
		await page.getByLabel('Value', { exact: true }).fill('42');
		await page.getByRole('button', { name: 'Issue' }).click();
		await expect(heading(page, 'Issued: 1')).toBeVisible();
		await expect(page.getByRole('img', { name: /Gift card ending in/ })).toBeVisible();
		const code = await page
			.getByRole('main')
			.getByText(/^G[A-Z0-9 ]{15,}$/)
			.innerText();
		await follow(page, 'Gift cards').click();
		await page.getByRole('searchbox').fill(code);
		await page.getByRole('searchbox').press('Enter');
		await expect(heading(page, /Card ending in/)).toContainText('Active');
		await expect(page.getByText('€42.00').first()).toBeVisible();
		expect(page.url()).not.toContain(code.replaceAll(' ', ''));
	});

	await test.step('a member with their ledger', async () => {
		await follow(page, 'Members').click();
		await page.getByRole('searchbox').fill(member);
		await expect(page.getByRole('rowheader')).toHaveCount(1);
		await page.getByRole('rowheader').getByRole('link').click();
		await expect(page.getByText(member)).toBeVisible();
		await expect(page.getByText('Spendable points')).toBeVisible();
		const history = page.getByRole('region', { name: 'History' });
		const entries = history.getByRole('listitem');
		const some = await entries.count();
		expect(some).toBeGreaterThan(5);
		await history.getByRole('button', { name: 'Show earlier entries' }).click();
		await expect.poll(() => entries.count()).toBeGreaterThan(some);
	});

	await test.step('and what they bought', async () => {
		await page.getByRole('rowheader').getByRole('link').first().click();
		await expect(heading(page, /Receipt of €/)).toBeVisible();
		await expect(page.getByRole('region', { name: 'What was bought' }).getByRole('listitem')).not.toHaveCount(0);
		await expect(page.getByRole('region', { name: 'How it was paid' })).toContainText('Total');
	});
});

test('the menu is walked with the keyboard alone, and a dialog keeps the focus until Escape', async ({ page }) => {
	await signIn(page);
	await page.goto('/admin');
	await page.keyboard.press('Tab');
	await expect(page.getByRole('link', { name: 'Skip to content' })).toBeFocused();
	const menu = page.getByRole('navigation', { name: 'Menu' }).getByRole('link');
	const names = await menu.allInnerTexts();
	expect(names.map((name) => name.trim())).toEqual([
		'Today',
		'Members',
		'Receipts',
		'Vouchers',
		'Gift cards',
		'Products',
		'Stores',
		'Staff and tablets',
		'Changes',
		'Settings'
	]);
	while (!(await menu.first().evaluate((link) => link === document.activeElement))) await page.keyboard.press('Tab');
	for (const index of names.keys()) {
		await expect(menu.nth(index)).toBeFocused();
		await page.keyboard.press('Tab');
	}
	await menu.nth(3).focus();
	await page.keyboard.press('Enter');
	await expect(heading(page, 'Vouchers')).toBeVisible();
	await expect(menu.nth(3)).toHaveAttribute('aria-current', 'page');

	const person = page.getByRole('button', { name: /Your account/ });
	const dialog = page.getByRole('dialog');
	await expect(async () => {
		if (!(await dialog.isVisible())) await person.press('Enter');
		await expect(dialog).toBeVisible({ timeout: 2000 });
	}).toPass();
	for (let step = 0; step < 6; step++) {
		await page.keyboard.press('Tab');
		const outside = await page.evaluate(() => {
			const at = document.activeElement;
			return at !== document.body && !at?.closest('dialog');
		});
		expect(outside).toBe(false);
	}
	await page.keyboard.press('Escape');
	await expect(dialog).toBeHidden();
	await expect(person).toBeFocused();
});

test('a change elsewhere does not lose the link that was just pressed', async ({ page }) => {
	await signIn(page);
	// There and back: from here on pages are changed by the script, which is what can go wrong.
	await follow(page, 'Settings').click();
	await expect(heading(page, 'Settings')).toBeVisible();
	await follow(page, 'Today').click();
	await expect(heading(page, 'Today')).toBeVisible();

	let answer = (): void => {};
	const later = new Promise<void>((resolve) => (answer = resolve));
	await page.route(/giftcards\.list/, async (route) => {
		await later;
		await route.continue();
	});
	const asked = page.waitForRequest(/giftcards\.list/);
	await follow(page, 'Gift cards').click();
	await asked;
	// What a page does when it comes back into view: it reads anew, as after a sale.
	const turn = (state: string) =>
		page.evaluate((state) => {
			Object.defineProperty(document, 'visibilityState', { value: state, configurable: true });
			document.dispatchEvent(new Event('visibilitychange'));
		}, state);
	await turn('hidden');
	await turn('visible');
	await page.waitForTimeout(2000);
	answer();
	await expect(heading(page, 'Gift cards')).toBeVisible();
});

/** Every page of the console; those of one thing are found in its list. */
async function pagesOf(page: Page): Promise<string[]> {
	const firstIn = async (list: string) => {
		await page.goto(list);
		return (await page.getByRole('rowheader').first().getByRole('link').getAttribute('href')) as string;
	};
	const [receipt, shared, pool, card] = [
		await firstIn('/admin/receipts'),
		await firstIn('/admin/vouchers?q=WELCOME10'),
		await firstIn('/admin/vouchers?q=coffee'),
		await firstIn('/admin/gift-cards')
	];
	return [
		'/admin',
		'/admin/members',
		'/admin/members?q=nobody-is-called-this',
		await firstIn(`/admin/members?q=${member}`),
		'/admin/receipts',
		receipt,
		'/admin/vouchers',
		'/admin/vouchers/new',
		shared,
		pool,
		`${pool}/edit`,
		'/admin/gift-cards',
		'/admin/gift-cards/issue',
		card,
		'/admin/staff',
		'/admin/settings'
	];
}

async function looked(page: Page, at: string): Promise<string[]> {
	await page.goto(at);
	await expect(page.locator('main h1')).toBeVisible();
	const { violations } = await new AxeBuilder({ page })
		.withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'])
		// Fifty rows are made alike: looking at all of them takes ten times as long and finds nothing more.
		.exclude('tbody tr:nth-child(n + 5)')
		.exclude('main li:nth-child(n + 5)')
		.analyze();
	const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
	return [
		...violations.map(({ id, nodes }) => `${at}: ${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`),
		...(wide > 1 ? [`${at}: ${wide} px wider than the screen`] : [])
	];
}

async function lookThrough(browser: Browser, settings: Parameters<Browser['newContext']>[0]): Promise<string[]> {
	const context = await browser.newContext({ ...settings });
	try {
		const page = await context.newPage();
		const found = await looked(page, '/admin/sign-in');
		await signIn(page);
		for (const at of await pagesOf(page)) found.push(...(await looked(page, at)));
		return found;
	} finally {
		await context.close();
	}
}

test('everybody can read the console: light, in English, at a desk', async ({ browser, baseURL }) => {
	expect(await lookThrough(browser, { baseURL, locale: 'en-GB', colorScheme: 'light', viewport: desk })).toEqual([]);
});

test('everybody can read the console: dark, in Persian, on a phone', async ({ browser, baseURL }) => {
	const viewport = { width: 390, height: 844 };
	expect(await lookThrough(browser, { baseURL, locale: 'fa-IR', colorScheme: 'dark', viewport })).toEqual([]);
});
