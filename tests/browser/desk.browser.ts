import { readFile } from 'node:fs/promises';
import type { Locator, Page } from '@playwright/test';
import { nobody } from '#customers';
import { asColleague, asOwner, sellHoney } from './office.ts';
import { expect, pressUntil, test } from './test.ts';

/** A manager's day: a list by file, points by hand, goods back from the office, what is owed, and the trail of it all. */
test.use({ viewport: { width: 1280, height: 800 } });

/** What a link gives to keep, as text. */
async function downloaded(page: Page, link: Locator): Promise<string> {
	const [file] = await Promise.all([page.waitForEvent('download'), link.click()]);
	return readFile(await file.path(), 'utf8');
}

/** Chooses a file in the browser's own window, which opens only when the page's script has come. */
async function give(page: Page, name: string, text: string): Promise<void> {
	await expect(async () => {
		const asked = page.waitForEvent('filechooser', { timeout: 3000 });
		const [chooser] = await Promise.all([asked, page.getByRole('button', { name: 'Choose a file' }).click()]);
		await chooser.setFiles({ name, mimeType: 'text/csv', buffer: Buffer.from(text) });
	}).toPass({ timeout: 40_000 });
}

test('a manager’s day', async ({ page, context, browser, baseURL }) => {
	const origin = baseURL ?? '';
	const [office, tablet] = [await browser.newContext(), await browser.newContext()];
	const house = await asOwner(office, origin);
	const me = await asColleague(context, origin, house, { name: 'Mara Manager', role: 'manager' });
	// A word: members are looked for by numbers as by their telephone's.
	const mark = `m${crypto.randomUUID().slice(0, 8)}`;
	const member = await house.customers.create.mutate({
		key: crypto.randomUUID(),
		person: { ...nobody, name: `Rosa ${mark}` },
		attributes: {},
		card: null,
		agreed: { programme: true, news: false }
	});
	const receipt = await sellHoney(tablet, origin, house, { tablet: 'Market stall', memberId: member.id, jars: 2 });
	const dialog = page.getByRole('dialog');
	const main = page.getByRole('main');
	const counts = page.getByTestId('counts');
	const heading = (name: string | RegExp) => page.getByRole('heading', { level: 1, name });
	const open = async (name: string) => {
		await page.getByRole('navigation', { name: 'Menu' }).getByRole('link', { name }).click();
		await expect(heading(name)).toBeVisible();
	};
	const findOnly = async (text: string) => {
		await page.getByRole('searchbox').fill(text);
		await expect(page.getByRole('rowheader')).toHaveCount(1);
		await page.getByRole('rowheader').getByRole('link').click();
	};
	let refused = '';

	await test.step('brings in a list of goods: names a column, sees what would happen and what is refused', async () => {
		await page.goto('/admin/products');
		await page.getByRole('link', { name: 'Import' }).click();
		await expect(heading('Imports')).toBeVisible();
		const lines = [
			'What it is called;Retail price;Category',
			`Quince jelly ${mark};4,90;Jams ${mark}`,
			`Rosehip jelly ${mark};much;Jams ${mark}`,
			`Plum butter ${mark};5,50;Jams ${mark}`
		];
		await give(page, 'jams.csv', lines.join('\r\n'));
		await page.getByLabel('What the column “What it is called” is').selectOption({ label: 'Name' });
		await page.getByRole('button', { name: 'Check the file' }).click();
		await expect(counts).toContainText(/New\s*2.*Refused lines\s*1/s, { timeout: 30_000 });
		await expect(page.getByRole('row').filter({ hasText: `Rosehip jelly ${mark}` })).toContainText('Retail price');
		refused = await downloaded(page, page.getByRole('link', { name: 'Download the refused lines' }));
		expect(refused).toContain(`Rosehip jelly ${mark},much,Jams ${mark},3,Retail price,`);
	});

	await test.step('carries it out, mends the refused line in its own file and brings it in', async () => {
		await pressUntil(page.getByRole('button', { name: 'Carry out' }), dialog);
		await dialog.getByRole('button', { name: 'Carry out' }).click();
		await expect(heading('jams.csv')).toContainText('Done', { timeout: 30_000 });
		await page.goto('/admin/imports?kind=products');
		await give(page, 'mended.csv', refused.replace('much', '6.10'));
		await page.getByLabel('What the column “What it is called” is').selectOption({ label: 'Name' });
		await page.getByRole('button', { name: 'Check the file' }).click();
		await expect(counts).toContainText(/New\s*1.*Refused lines\s*0/s, { timeout: 30_000 });
		await pressUntil(page.getByRole('button', { name: 'Carry out' }), dialog);
		await dialog.getByRole('button', { name: 'Carry out' }).click();
		await expect(heading('mended.csv')).toContainText('Done', { timeout: 30_000 });
		await page.getByRole('link', { name: 'See the list' }).click();
		await expect(heading('Products')).toBeVisible();
		await page.getByRole('searchbox').fill(mark);
		await expect(page.getByRole('rowheader')).toHaveCount(3);
		await expect(page.getByRole('row').filter({ hasText: 'Rosehip jelly' })).toContainText('€6.10');
		expect(await downloaded(page, page.getByRole('link', { name: 'Download CSV' }))).toContain(`Plum butter ${mark}`);
	});

	await test.step('gives points by hand, not without a reason', async () => {
		await open('Members');
		await findOnly(mark);
		await pressUntil(page.getByRole('button', { name: 'Adjust points' }), dialog);
		await dialog.getByLabel('Points', { exact: true }).fill('150');
		await expect(dialog.getByText('Afterwards: 230')).toBeVisible();
		await dialog.getByRole('button', { name: 'Give', exact: true }).click();
		await expect(dialog.getByLabel('Reason')).toHaveAttribute('aria-invalid', 'true');
		await dialog.getByLabel('Reason').fill(`The jelly was late ${mark}`);
		await dialog.getByRole('button', { name: 'Give', exact: true }).click();
		await expect(dialog).toBeHidden();
		await expect(main).toContainText(/Spendable points\s*230/);
	});

	await test.step('takes one of two jars back from the office', async () => {
		await open('Receipts');
		await findOnly(receipt.number);
		await pressUntil(page.getByRole('button', { name: 'Take back' }), dialog);
		// Typed before what all of it would give back is there: the newest question is answered.
		await dialog.getByLabel('Honey').fill('1');
		await expect(dialog).toContainText(/Worth of the goods\s*€40\.00/);
		await expect(dialog).toContainText(/Points taken back\s*40/);
		await dialog.getByLabel('Kind of reason').selectOption({ label: 'Rung up by mistake' });
		await dialog.getByLabel('Reason', { exact: true }).fill(`The lid was open ${mark}`);
		await dialog.getByRole('button', { name: 'Take back' }).click();
		await expect(dialog).toBeHidden();
		await expect(heading(/Receipt of €80\.00/)).toContainText('Partly returned');
		await expect(main).toContainText(`Rung up by mistake · The lid was open ${mark} · ${me.name}`);
	});

	await test.step('keeps what the house owes on gift cards as a file', async () => {
		await open('Gift cards');
		await page.getByRole('link', { name: 'Liability' }).click();
		await expect(heading('Liability')).toBeVisible();
		await expect(main).toContainText(/Outstanding now, EUR\s*€/);
		const months = (await downloaded(page, page.getByRole('link', { name: 'Download' }))).trim().split('\r\n');
		expect(months.length).toBeGreaterThan(12);
	});

	await test.step('finds all of it in the trail, by name', async () => {
		await open('Changes');
		await page.getByRole('combobox').first().selectOption({ label: me.name });
		const deeds = main.getByRole('listitem');
		await expect(deeds.filter({ hasText: 'Import carried out' })).toHaveCount(2);
		await expect(deeds.filter({ hasText: 'Points adjusted' })).toContainText(`The jelly was late ${mark}`);
		await expect(deeds.filter({ hasText: 'Goods taken back' })).toContainText(`The lid was open ${mark}`);
		await expect(deeds.filter({ hasText: 'Invitation accepted' })).toContainText(/Role\s*Manager/);
		const kept = await downloaded(page, page.getByRole('link', { name: 'Save as a file' }));
		expect(kept).toContain(`The jelly was late ${mark}`);
	});
	await Promise.all([office.close(), tablet.close()]);
});
