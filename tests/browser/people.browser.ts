import { createHmac } from 'node:crypto';
import type { Page } from '@playwright/test';
import { letterTo } from './letters.ts';
import { expect, pressUntil, test } from './test.ts';

/** A colleague's first day: invited by the owner, in by the link of the mail, with an app as second step from then on. */
const owner = { email: 'owner@pareto.example', password: 'linden-and-saffron' };
const password = 'seven grey herons';

test.use({ viewport: { width: 1280, height: 800 } });

async function signIn(page: Page, email: string, secret: string): Promise<void> {
	await page.goto('/admin/sign-in');
	await page.getByLabel('E-mail', { exact: false }).fill(email);
	await page.getByLabel('Password', { exact: true }).fill(secret);
	await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

/** What an authenticator app shows: base 32, then RFC 6238. */
function codeOf(secret: string, at: number): string {
	const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
	const bits = [...secret].map((symbol) => alphabet.indexOf(symbol).toString(2).padStart(5, '0')).join('');
	const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2)));
	const counter = Buffer.alloc(8);
	counter.writeBigUInt64BE(BigInt(Math.floor(at / 30_000)));
	const mac = createHmac('sha1', key).update(counter).digest();
	const offset = (mac.at(-1) ?? 0) & 15;
	return String((mac.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

test('a colleague is invited, accepts by the link of the mail, sets up an app and signs in with it', async ({
	page,
	browser
}) => {
	const email = `berta.${Date.now()}@example.com`;
	const mine = await browser.newContext({ viewport: { width: 1280, height: 800 } });
	const guest = await mine.newPage();

	await test.step('the owner invites, and sees that nobody has come yet', async () => {
		await signIn(page, owner.email, owner.password);
		await page.waitForURL((url) => url.pathname === '/admin');
		await page.goto('/admin/staff');
		const sheet = page.getByRole('dialog', { name: 'Invite somebody' });
		await pressUntil(page.getByRole('button', { name: 'Invite somebody' }), sheet);
		await sheet.getByRole('button', { name: 'Send the invitation' }).click();
		await expect(sheet.getByLabel('Name', { exact: true })).toHaveAttribute('aria-invalid', 'true');
		await sheet.getByLabel('Name', { exact: true }).fill('Berta Lind');
		await sheet.getByLabel(/e-mail/i).fill(email);
		await sheet.getByLabel('Role', { exact: true }).selectOption({ label: 'Manager' });
		await sheet.getByRole('button', { name: 'Send the invitation' }).click();
		await expect(sheet).toBeHidden();
		const row = page.getByRole('row').filter({ hasText: email });
		await expect(row).toContainText('Not accepted yet');
	});

	await test.step('the link of the mail leads to a password, and into the console', async () => {
		await guest.goto(await letterTo(mine, email, /(http\S+\/admin\/invitation#[\w-]{43})/));
		await expect(guest.getByLabel('Your name')).toHaveValue('Berta Lind');
		const fresh = guest.getByLabel('Password', { exact: true });
		await fresh.fill('Password2026');
		await guest.getByRole('button', { name: 'Accept and sign in' }).click();
		await expect(fresh).toHaveAttribute('aria-invalid', 'true');
		await fresh.fill(password);
		await guest.getByRole('button', { name: 'Accept and sign in' }).click();
		await guest.waitForURL((url) => url.pathname === '/admin');
	});

	await test.step('in her account she sets up an app, and keeps the recovery codes', async () => {
		await guest.goto('/admin/account');
		const dialog = guest.getByRole('dialog', { name: 'Set up an app' });
		await pressUntil(guest.getByRole('button', { name: 'Set up an app' }), dialog);
		const address = (await dialog.locator('svg[data-qr]').getAttribute('data-qr')) ?? '';
		const secret = new URL(address).searchParams.get('secret') ?? '';
		const code = dialog.getByLabel('Code that the app shows now');
		await code.fill('000000');
		await dialog.getByRole('button', { name: 'Continue' }).click();
		await expect(code).toHaveAttribute('aria-invalid', 'true');
		await code.fill(codeOf(secret, Date.now()));
		await dialog.getByRole('button', { name: 'Continue' }).click();
		const kept = guest.getByRole('dialog', { name: 'Keep these recovery codes' });
		await expect(kept.getByRole('listitem')).toHaveCount(10);
		const [recovery = ''] = await kept.getByRole('listitem').allInnerTexts();
		await kept.getByRole('button', { name: 'I have kept them' }).click();
		await expect(guest.getByText('Recovery codes left')).toBeVisible();

		await mine.clearCookies();
		await signIn(guest, email, password);
		await expect(guest.getByRole('heading', { name: 'One more step' })).toBeVisible();
		await guest.goto('/admin/members');
		await expect(guest.getByRole('heading', { name: 'One more step' })).toBeVisible();
		// Each code opens once. The next half minute's counts already: a clock may be fast.
		await guest.getByLabel('Code', { exact: true }).fill(codeOf(secret, Date.now() + 30_000));
		await guest.getByRole('button', { name: 'Continue' }).click();
		await guest.waitForURL((url) => url.pathname === '/admin/members');

		await mine.clearCookies();
		await signIn(guest, email, password);
		await guest.getByLabel('Code', { exact: true }).fill(recovery);
		await guest.getByRole('button', { name: 'Continue' }).click();
		await guest.waitForURL((url) => url.pathname === '/admin');
	});
	await mine.close();
});
