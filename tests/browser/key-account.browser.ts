import { readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { createApi } from '#client/trpc.ts';
import { asColleague, asOwner, fetchOf } from './office.ts';
import { expect, pressUntil, test } from './test.ts';

/**
 * A key-account manager's day, in Persian from right to left: who the customer is, what is known of them, the firm they
 * buy for, a voucher in their wallet; and what is somebody else's work.
 */
test.use({ viewport: { width: 1280, height: 800 }, locale: 'fa-IR' });

const said = Object.assign(
	{},
	...['common', 'admin', 'refusals'].map((area) =>
		JSON.parse(readFileSync(new URL(`../../src/messages/fa/${area}.json`, import.meta.url), 'utf8'))
	)
) as Record<string, string>;

/** A sentence of the console as it stands in Persian. */
function fa(key: string, values: Record<string, string> = {}): string {
	const sentence = said[key];
	if (!sentence) throw new Error(`no sentence ${key}`);
	return sentence.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? `{${name}}`);
}

const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { level: 1, name });

test('a key-account manager’s day', async ({ page, context, browser, baseURL }) => {
	const origin = baseURL ?? '';
	const office = await browser.newContext();
	const house = await asOwner(office, origin);
	await asColleague(context, origin, house, { name: 'کیان', role: 'key_account_manager' });
	const mark = crypto.randomUUID().slice(0, 6);
	const [name, firm, tag] = [`شیرین ${mark}`, `باغ ${mark}`, `ویژه ${mark}`];
	let [customer, number] = ['', ''];
	const dialog = page.getByRole('dialog');
	const menu = page.getByRole('navigation', { name: fa('admin_menu'), exact: true });
	const open = async (key: string) => {
		await menu.getByRole('link', { name: fa(key), exact: true }).click();
		await expect(heading(page, fa(key))).toBeVisible();
	};
	const button = (key: string) => page.getByRole('button', { name: fa(key), exact: true });

	await test.step('finds what is theirs in the menu, and nothing else', async () => {
		await page.goto('/admin');
		await expect(page.locator('html')).toHaveAttribute('dir', 'rtl');
		const names = ['today', 'members', 'receipts', 'vouchers', 'gift_cards', 'products', 'stores', 'settings'];
		const shown = names.map((each) => fa(`admin_nav_${each}`));
		await expect
			.poll(async () => (await menu.getByRole('link').allInnerTexts()).map((each) => each.trim()))
			.toEqual(shown);
	});

	await test.step('writes down a new customer; a number that is none is said beside its field', async () => {
		await open('admin_nav_members');
		await page.getByRole('link', { name: fa('admin_member_new') }).click();
		await expect(heading(page, fa('admin_member_new'))).toBeVisible();
		const phone = page.getByLabel(fa('admin_member_phone'));
		await page.getByLabel(fa('admin_member_name')).fill(name);
		await phone.fill('زنگ بزن');
		await page.getByLabel(fa('common_birthday_day')).fill('۲۱');
		await page.getByLabel(fa('common_birthday_month')).selectOption({ index: 3 });
		await page.getByLabel(fa('admin_member_note')).fill('قهوه‌اش را تلخ می‌خواهد.');
		await pressUntil(button('admin_member_create'), page.getByText(fa('refusal_member_phone_form')));
		await expect(phone).toBeFocused();
		// In the digits of her keyboard.
		await phone.fill(`+۴۹ ۱۷۰ ${[...`${Date.now()}`.slice(-7)].map((digit) => '۰۱۲۳۴۵۶۷۸۹'[Number(digit)]).join('')}`);
		const { name: programme } = await house.stores.programme.query();
		await page.getByLabel(fa('admin_consent_programme_told', { programme })).check();
		await button('admin_member_create').click();
		await expect(heading(page, name)).toBeVisible();
		await expect(page.getByText('قهوه‌اش را تلخ می‌خواهد.')).toBeVisible();
		customer = page.url();
		number = await page
			.getByText(/^M[2-9A-Z ]{12,}$/)
			.first()
			.innerText();
	});

	await test.step('makes a tag, puts it on, and finds the customer by it', async () => {
		await page.goto('/admin/settings/members');
		await pressUntil(button('admin_tag_new'), dialog);
		await dialog.getByLabel(fa('admin_tag_name')).fill(tag);
		await dialog.getByRole('button', { name: fa('common_save') }).click();
		await expect(dialog).toBeHidden();
		await expect(page.getByText(tag).first()).toBeVisible();
		await page.goto(customer);
		await pressUntil(button('admin_tags_choose'), dialog);
		await dialog.getByLabel(tag).check();
		await dialog.getByRole('button', { name: fa('common_save') }).click();
		await expect(dialog).toBeHidden();
		await open('admin_nav_members');
		await page.getByLabel(fa('admin_tag'), { exact: true }).selectOption({ label: tag });
		await expect(page.getByRole('rowheader')).toHaveCount(1);
		await expect(page.getByRole('rowheader')).toContainText(name);
	});

	await test.step('makes the firm they buy for, with them as its main buyer', async () => {
		await page.getByRole('link', { name: fa('admin_groups_title') }).click();
		await page
			.getByRole('link', { name: fa('admin_group_new') })
			.first()
			.click();
		await expect(heading(page, fa('admin_group_new'))).toBeVisible();
		await page.getByRole('radio', { name: fa('admin_group_firm') }).check();
		const firmName = page.getByLabel(fa('admin_group_name'), { exact: true });
		await pressUntil(button('admin_group_make'), page.locator('[aria-invalid="true"]'));
		await firmName.fill(firm);
		await page.getByLabel(fa('admin_group_vat')).fill('DE 811 569 869');
		await button('admin_group_make').click();
		await expect(heading(page, firm)).toBeVisible();
		await page.getByRole('link', { name: fa('admin_group_add') }).click();
		await page.getByRole('searchbox').fill(name);
		await button('admin_merge_pick_search').click();
		await page.getByRole('main').getByRole('button', { name }).click();
		await page.getByLabel(fa('admin_group_role')).selectOption({ label: fa('admin_group_role_main') });
		await button('admin_group_add').click();
		await expect(heading(page, firm)).toBeVisible();
		await expect(page.getByRole('listitem').filter({ hasText: name })).toContainText(fa('admin_group_role_main'));
	});

	await test.step('gives them a voucher; making codes and vouchers is not theirs', async () => {
		await open('admin_nav_vouchers');
		await expect(page.getByRole('link', { name: fa('admin_voucher_new') })).toHaveCount(0);
		await page.getByRole('searchbox').fill('coffee');
		await expect(page.getByRole('rowheader')).toHaveCount(1);
		await page.getByRole('rowheader').getByRole('link').click();
		await pressUntil(button('admin_codes_assign'), dialog);
		for (const key of ['admin_codes_make', 'admin_codes_bring', 'admin_voucher_archive', 'admin_voucher_pause'])
			await expect(button(key)).toHaveCount(0);
		await dialog.getByLabel(fa('admin_assign_members')).fill(`${number}\n4711`);
		await dialog.getByRole('button', { name: fa('admin_assign_do', { count: '۲' }) }).click();
		await expect(dialog.getByRole('status')).toHaveText(fa('admin_assign_given', { given: '۱', of: '۲' }));
		await expect(dialog.getByLabel(fa('admin_assign_members'))).toHaveValue('4711');
		await dialog
			.getByRole('button', { name: fa('common_close') })
			.last()
			.click();
		await expect(dialog).toBeHidden();
	});

	await test.step('looks for receipts of days that she types and picks by her own calendar', async () => {
		await open('admin_nav_receipts');
		const from = page.getByLabel(fa('admin_from_day'), { exact: true });
		const until = page.getByLabel(fa('admin_to_day'), { exact: true });
		await from.click();
		await page.keyboard.type('۱۴۰۳۱۲۳۰');
		await expect(page).toHaveURL(/from=2025-03-20/);
		await expect(from).toHaveValue('۱۴۰۳/۱۲/۳۰');
		await until.fill('30/12/1404');
		await until.press('Enter');
		const none = fa('common_day_none', { month: 'اسفند', year: '۱۴۰۴', days: '۲۹' });
		await expect(page.getByText(none)).toBeVisible();
		await expect(until).toHaveAttribute('aria-invalid', 'true');
		await until.fill('29/12/1404');
		await until.press('Enter');
		await expect(page).toHaveURL(/to=2026-03-20/);
		// The sheet opens at that day; a week and a day on is the 8th of the month after.
		await until.press('ArrowDown');
		await expect(page.getByRole('button', { name: 'جمعه ۲۹ اسفند ۱۴۰۴' })).toBeFocused();
		await page.keyboard.press('ArrowDown');
		await page.keyboard.press('ArrowLeft');
		await expect(page.getByRole('button', { name: 'شنبه ۸ فروردین ۱۴۰۵' })).toBeFocused();
		await page.keyboard.press('Enter');
		await expect(page).toHaveURL(/to=2026-03-28/);
		await expect(until).toHaveValue('۱۴۰۵/۰۱/۰۸');
		await expect(page.getByRole('grid')).toHaveCount(0);
	});

	await test.step('finds it all on the customer’s page; what is somebody else’s work is neither offered nor done', async () => {
		await page.goto(customer);
		const main = page.getByRole('main');
		await expect(heading(page, name)).toBeVisible();
		for (const text of [tag, firm, 'A coffee on us', fa('admin_group_role_main')])
			await expect(main).toContainText(text);
		for (const key of ['admin_points_adjust', 'admin_merge_action', 'admin_points_extend'])
			await expect(main.getByText(fa(key), { exact: true })).toHaveCount(0);
		const { admin } = createApi(fetchOf(context, origin));
		const wish = { key: crypto.randomUUID(), memberId: customer.split('/').at(-1) ?? '', points: 50, typeId: null };
		await expect(admin.points.adjust.mutate({ ...wish, reason: 'Because I may', note: null })).rejects.toThrow();
		expect((await page.goto('/admin/trail'))?.status()).toBe(403);
		await expect(page.getByText(fa('common_fault_forbidden_title'))).toBeVisible();
	});
	await office.close();
});
