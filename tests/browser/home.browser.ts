import { expect, test } from './test.ts';

const languages = [
	['en-GB', 'en', 'ltr'],
	['ru-RU', 'ru', 'ltr'],
	['zh-CN', 'zh', 'ltr'],
	['fa-IR', 'fa', 'rtl']
] as const;

for (const [locale, lang, dir] of languages) {
	test.describe(locale, () => {
		test.use({ locale });
		test('the first page speaks the visitor’s language and reads in its direction', async ({ page }) => {
			const response = await page.goto('/');
			expect(response?.status()).toBe(200);
			await expect(page.locator('html')).toHaveAttribute('lang', lang);
			await expect(page.locator('html')).toHaveAttribute('dir', dir);
			await expect(page).toHaveTitle(/\S/);
			expect((await page.locator('body').innerText()).trim()).not.toBe('');
		});
	});
}

test('the browser of the tests has letters for every language', async ({ page }) => {
	await page.setContent('<meta charset="utf-8"><body style="font: 40px sans-serif"><p><span></span></p>');
	const widthOf = (text: string) =>
		page.locator('span').evaluate((span, text) => {
			span.textContent = text;
			return span.getBoundingClientRect().width;
		}, text);
	// A missing letter is drawn as the same box, whichever it is; real ones differ.
	for (const [narrow, wide] of [
		['一', '一一'],
		['ا', 'ش'],
		['г', 'ш'],
		['i', 'W']
	] as const)
		expect(await widthOf(wide)).toBeGreaterThan(await widthOf(narrow));
	const box = await widthOf('\u{10FFFD}');
	for (const letter of ['积', 'ش', 'ш']) expect(await widthOf(letter)).not.toBe(box);
});
