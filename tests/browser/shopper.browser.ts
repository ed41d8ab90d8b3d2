import { readFile } from 'node:fs/promises';
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { strFromU8, unzipSync } from 'fflate';
import { enterWallet } from './letters.ts';
import { asOwner, sellHoney } from './office.ts';
import { expect, pressUntil, test } from './test.ts';

/** A shopper's day: joins, says who they are, adds a receipt, guards a card, takes a copy of everything, leaves, stays. */
test.use({ viewport: { width: 390, height: 844 } });

/** What axe finds, as lines that say where. */
async function faults(page: Page): Promise<string[]> {
	const { violations } = await new AxeBuilder({ page }).analyze();
	return violations.flatMap(({ id, nodes }) =>
		nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`)
	);
}

test('a shopper’s day', async ({ page, browser, baseURL }) => {
	const origin = baseURL ?? '';
	const address = `day-${crypto.randomUUID()}@test.example`;
	const [office, kiosk] = [await browser.newContext(), await browser.newContext()];
	const house = await asOwner(office, origin);
	const receipt = await sellHoney(kiosk, origin, house, { tablet: 'Kiosk', memberId: null, jars: 1 });
	const dialog = page.getByRole('dialog');
	const sound = async () => expect(await faults(page), page.url()).toEqual([]);

	await test.step('joins, and says who they are', async () => {
		await page.goto('/');
		await enterWallet(page, address);
		await page.getByRole('button', { name: 'Show my code' }).click();
		await page.getByRole('link', { name: 'Profile' }).click();
		await page.getByLabel('Name').fill('Ada Reader');
		await page.getByLabel('Phone').fill('call me');
		const about = page.getByRole('region', { name: 'About you' });
		const save = about.getByRole('button', { name: 'Save' });
		await save.click();
		await expect(about.getByText('This does not look like')).toBeVisible();
		await page.getByLabel('Phone').fill('');
		await page.getByLabel('Day', { exact: true }).fill('29');
		await page.getByLabel('Month').selectOption({ label: 'February' });
		await save.click();
		await expect(about.getByText('29 February')).toBeVisible();
		await page.getByLabel('Vouchers and news by e-mail').check();
		await expect(page.getByText(/Agreed on .* \d{4}/).first()).toBeVisible();
		await sound();
	});

	await test.step('adds the receipt of a purchase without the code', async () => {
		await page.getByRole('link', { name: 'History' }).click();
		await pressUntil(page.getByRole('button', { name: 'Add a receipt' }), dialog);
		await sound();
		await dialog.getByLabel('Receipt number').fill('4111 1111 1111 1111');
		await dialog.getByRole('button', { name: 'Add', exact: true }).click();
		await expect(dialog.getByText('This is not the number of a receipt.')).toBeVisible();
		await dialog.getByLabel('Receipt number').fill(receipt.number);
		await dialog.getByRole('button', { name: 'Add', exact: true }).click();
		await expect(
			page.getByRole('log').getByText(`The purchase is yours: ${receipt.pointsEarned} points`)
		).toBeVisible();
		await expect(page.getByText('Honey')).toBeVisible();
	});

	await test.step('guards a gift card with a PIN', async () => {
		const card = { count: 1, cents: 1500, member: address, active: true, expiresAt: null };
		await house.giftcards.issue.mutate({ key: crypto.randomUUID(), ...card });
		await page.goto('/gift-cards');
		await page.getByRole('main').locator('a[href^="/gift-cards/"]').first().click();
		await pressUntil(page.getByRole('button', { name: 'Set a PIN' }), dialog);
		await sound();
		await dialog.getByLabel('New PIN').fill('1234');
		await dialog.getByRole('button', { name: 'Save' }).click();
		await expect(dialog.getByText('This PIN is too easy to guess.')).toBeVisible();
		await dialog.getByLabel('New PIN').fill('2580');
		await dialog.getByRole('button', { name: 'Save' }).click();
		await expect(page.getByRole('button', { name: 'Change PIN' })).toBeVisible();
	});

	await test.step('takes a copy of everything', async () => {
		await page.goto('/profile/data');
		await sound();
		const button = page.getByRole('button', { name: 'Get my copy' });
		await expect(page.locator('html')).toHaveAttribute('lang', 'en');
		const [file] = await Promise.all([page.waitForEvent('download'), button.click()]);
		expect(file.suggestedFilename()).toMatch(/^my-data-.*\.zip$/);
		const files = unzipSync(new Uint8Array(await readFile(await file.path())));
		const data = JSON.parse(strFromU8(files['data.json'] ?? new Uint8Array())) as Record<string, { number: string }[]>;
		expect(data.receipts?.map(({ number }) => number)).toEqual([receipt.number]);
		expect(strFromU8(files['profile.csv'] ?? new Uint8Array())).toContain('Ada Reader');
	});

	await test.step('asks to be erased, and takes it back', async () => {
		await pressUntil(page.getByRole('button', { name: 'Erase me …' }), dialog);
		await expect(dialog.getByText('€15.00')).toBeVisible();
		await sound();
		await dialog.getByRole('button', { name: 'Erase me', exact: true }).click();
		await expect(page.getByText(/Everything about you will be erased on/)).toBeVisible();
		const waiting = await house.memberData.waiting.query({ cursor: null });
		expect(waiting.items.map(({ member }) => member.name)).toContain('Ada Reader');
		await sound();
		await page.getByRole('button', { name: 'Take it back' }).click();
		await expect(page.getByRole('button', { name: 'Erase me …' })).toBeVisible();
	});
	await Promise.all([office.close(), kiosk.close()]);
});
