import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { askForCode, enterWallet } from './letters.ts';
import { asOwner } from './office.ts';
import { expect, pressUntil, test } from './test.ts';

/** The wallet in a phone's browser: joining, every screen, and what a small screen must not cut. */
const phone = { width: 390, height: 844 };

test.use({ viewport: phone });
// Each has its own member; together they would take long.
test.describe.configure({ mode: 'parallel' });

async function signIn(page: Page, address: string): Promise<void> {
	await page.goto('/');
	await enterWallet(page, address);
}

const newAddress = (): string => `wallet-${crypto.randomUUID()}@test.example`;
const memberCode = (page: Page) => page.getByRole('main').getByRole('img', { name: /Member code ending/ });

/** What axe finds, as lines that say where. */
async function faults(page: Page): Promise<string[]> {
	const { violations } = await new AxeBuilder({ page }).analyze();
	return violations.flatMap(({ id, nodes }) =>
		nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`)
	);
}

const looks = [
	{ language: 'en', theme: 'light' },
	{ language: 'fa', theme: 'dark' }
] as const;

type Look = (typeof looks)[number];

/** From the next page on. */
async function dress(page: Page, { language, theme }: Look): Promise<void> {
	const url = new URL(page.url()).origin;
	await page.context().addCookies([
		{ name: 'locale', value: language, url },
		{ name: 'theme', value: theme, url }
	]);
}

/** Opens an address, or the same page again, in both dresses, the first one last. */
async function check(page: Page, paths: (string | null)[], show?: () => Promise<void>): Promise<void> {
	for (const look of [...looks].reverse()) {
		await dress(page, look);
		for (const path of paths) {
			await (path === null ? page.reload() : page.goto(path));
			await expect(page.locator('html')).toHaveAttribute('lang', look.language);
			await show?.();
			expect(await faults(page), `${page.url()}, ${look.language} ${look.theme}`).toEqual([]);
		}
	}
}

test('somebody new joins, and every empty page is kind and sound', async ({ page }) => {
	const address = newAddress();
	await page.goto('/');
	await check(page, [null]);

	await test.step('the code still counts after the page was thrown away meanwhile', async () => {
		await page.goto('/');
		const code = await askForCode(page, address);
		await check(page, [null]);
		await expect(page.getByText(address)).toBeVisible();
		expect(page.url()).not.toContain('test.example');
		await page.getByLabel('Six-digit code').fill(code);
	});

	await expect(page.getByRole('heading', { name: /What may we call you/ })).toBeVisible();
	expect(await faults(page)).toEqual([]);
	await page.getByLabel('Name').fill('Ada');
	await page.getByRole('button', { name: 'Show my code' }).click();
	await expect(memberCode(page)).toBeVisible();
	await expect(page.getByText('100 points to go until they pay €1.00 at the till')).toBeVisible();

	await test.step('what is no voucher code says what it is', async () => {
		await page.goto('/vouchers');
		await expect(page.getByText('No vouchers yet')).toBeVisible();
		const sheet = page.getByRole('dialog', { name: 'Add a code' });
		await pressUntil(page.getByRole('button', { name: 'Add a code' }), sheet);
		await sheet.getByLabel('Voucher code').fill('4111 1111 1111 1111');
		await sheet.getByRole('button', { name: 'Add to wallet' }).click();
		await expect(sheet.getByText('This looks like the number of a bank card.')).toBeVisible();
	});

	await check(page, ['/', '/vouchers', '/gift-cards', '/history', '/profile', '/history/nothing']);
});

test('a member of long standing sees everything, and all of it is sound', async ({ page }) => {
	await signIn(page, 'member0001@pareto.example');
	await expect(memberCode(page)).toBeVisible();

	const first = async (path: string, href: string): Promise<string> => {
		await page.goto(path);
		const link = await page.getByRole('main').locator(`a[href^="${href}"]`).first().getAttribute('href');
		return link ?? '';
	};
	const receipt = await first('/history', '/history/');
	const card = await first('/gift-cards', '/gift-cards/');
	await check(page, ['/', '/vouchers', '/gift-cards', card, '/history', receipt, '/profile']);
	await check(page, ['/vouchers'], async () => {
		const sheet = page.getByRole('dialog');
		await pressUntil(page.getByRole('main').locator('button.ticket').first(), sheet);
	});
});

test('what the shop gives appears by itself, is said once, and covers nothing', async ({ page, browser, baseURL }) => {
	const address = newAddress();
	await signIn(page, address);
	await page.getByRole('button', { name: 'Show my code' }).click();
	await expect(memberCode(page)).toBeVisible();
	const live = page.waitForResponse((answer) => answer.ok() && answer.url().endsWith('/api/live'));
	await page.goto('/vouchers');
	await live;
	const office = await browser.newContext();
	const admin = await asOwner(office, baseURL ?? '');

	const card = { count: 1, cents: 1500, member: address, active: true, expiresAt: null };
	await admin.giftcards.issue.mutate({ key: crypto.randomUUID(), ...card });
	const news = page.getByRole('log').getByText('Now in your wallet: a gift card with €15.00');
	await expect(news).toBeVisible();
	const top = (await news.boundingBox())?.y ?? 0;
	for (const needed of [page.getByRole('heading', { level: 1 }), page.getByRole('button', { name: 'Add a code' })]) {
		const box = await needed.boundingBox();
		expect(box && box.y + box.height).toBeLessThan(top);
	}
	await expect(news).toBeHidden({ timeout: 15_000 });
	await page.getByRole('link', { name: 'Gift cards' }).click();
	await expect(page.getByText('€15.00').first()).toBeVisible();
	await office.close();
});

test('the code over the whole screen is whole, however the phone is held', async ({ page }) => {
	await signIn(page, newAddress());
	await page.getByRole('button', { name: 'Show my code' }).click();
	const large = page.getByRole('dialog');
	await pressUntil(page.getByRole('button', { name: 'Show the code larger' }), large);
	const qr = large.getByRole('img', { name: /Member code ending/ });
	for (const [width, height] of [
		[320, 640],
		[390, 844],
		[414, 896],
		[844, 390],
		[568, 320],
		[768, 1024],
		[1440, 900]
	] as const) {
		await page.setViewportSize({ width, height });
		// The viewport has its new size a moment before the page has drawn itself for it.
		await expect(async () => {
			const box = await qr.boundingBox();
			const where = `${width} × ${height}: ${JSON.stringify(box)}`;
			expect(box, where).toBeTruthy();
			if (!box) return;
			expect(box.x, where).toBeGreaterThanOrEqual(0);
			expect(box.y, where).toBeGreaterThanOrEqual(0);
			expect(box.x + box.width, where).toBeLessThanOrEqual(width);
			expect(box.y + box.height, where).toBeLessThanOrEqual(height);
			// A picture that is whole may still be too small to be read.
			expect(Math.min(box.width, box.height), where).toBeGreaterThanOrEqual(Math.min(width * 0.8, height * 0.8, 600));
			const text = await large.getByText(/^M[2-9A-Z ]{18,}$/).boundingBox();
			expect(text && text.x >= 0 && text.x + text.width <= width && text.y + text.height <= height, where).toBe(true);
		}).toPass({ timeout: 10_000 });
	}
});
