import type { BrowserContext, Page } from '@playwright/test';
import { expect } from './test.ts';

/** What the shop writes to people: without a mail server its letters lie on a page for that, newest first. */

const signInCode = /^(\d{6})\b/m;

/**
 * What the newest letter to an address says of what is looked for: the pattern's group, or the whole letter. Waits until
 * there is one.
 * @param old what an earlier letter said, which is not the answer
 */
export async function letterTo(
	context: BrowserContext,
	address: string,
	wanted = /./,
	old: string | null = null
): Promise<string> {
	const mails = await context.newPage();
	let said: string | null = null;
	await expect(async () => {
		said = await newest(mails, address, wanted);
		expect(said, `what is new to ${address} of ${wanted}`).not.toBeNull();
		expect(said, `what is new to ${address} of ${wanted}`).not.toBe(old);
	}).toPass({ timeout: 40_000 });
	await mails.close();
	return said ?? '';
}

async function newest(mails: Page, address: string, wanted: RegExp): Promise<string | null> {
	await mails.goto('/dev/mail');
	const letters = await mails.getByRole('article').filter({ hasText: address }).allInnerTexts();
	for (const letter of letters) {
		const found = wanted.exec(letter);
		if (found) return found[1] ?? letter;
	}
	return null;
}

/** Asks for a code on a page that has the field for an address. @returns the code that is sent then */
export async function askForCode(page: Page, address: string): Promise<string> {
	const mails = await page.context().newPage();
	const old = await newest(mails, address, signInCode);
	await mails.close();
	await page.getByLabel('E-mail address').fill(address);
	await page.getByRole('button', { name: 'Send me a code' }).click();
	await expect(page.getByLabel('Six-digit code')).toBeVisible();
	return letterTo(page.context(), address, signInCode, old);
}

/** Signs in with the code that the page sends, or joins with it. */
export async function enterWallet(page: Page, address: string): Promise<void> {
	const code = await askForCode(page, address);
	await page.getByLabel('Six-digit code').fill(code);
}
