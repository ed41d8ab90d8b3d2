import type { Page } from '@playwright/test';
import { expect, pressUntil, test } from './test.ts';

/** What people of the office do in their day. */
const password = 'linden-and-saffron';

async function signIn(page: Page, email: string): Promise<void> {
	await page.goto('/admin/sign-in');
	await page.getByLabel('E-mail', { exact: false }).fill(email);
	await page.getByLabel('Password', { exact: true }).fill(password);
	await page.getByRole('button', { name: 'Sign in', exact: true }).click();
	await page.waitForURL((url) => url.pathname === '/admin');
}

/** A device with a fingerprint reader, as Chromium plays one. @returns its finger, on or off, and how many passkeys it has */
async function fingerprintReader(page: Page) {
	const device = await page.context().newCDPSession(page);
	await device.send('WebAuthn.enable');
	const { authenticatorId } = await device.send('WebAuthn.addVirtualAuthenticator', {
		options: {
			protocol: 'ctap2',
			transport: 'internal',
			hasResidentKey: true,
			hasUserVerification: true,
			isUserVerified: true,
			automaticPresenceSimulation: true
		}
	});
	return {
		finger: async (enabled: boolean): Promise<void> => {
			await device.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId, enabled });
		},
		passkeys: async (): Promise<number> =>
			(await device.send('WebAuthn.getCredentials', { authenticatorId })).credentials.length
	};
}

test.describe('an owner at a tablet, by the keyboard alone', () => {
	test.use({ viewport: { width: 768, height: 1024 } });

	test('makes a passkey, names it, signs in with it, and finds in the trail that it was made', async ({ page }) => {
		const { finger, passkeys } = await fingerprintReader(page);
		await signIn(page, 'owner@pareto.example');

		await test.step('the passkey is made and gets a name', async () => {
			await page.goto('/admin/account');
			const named = page.getByRole('dialog', { name: 'Name of the passkey' });
			const add = page.getByRole('button', { name: 'Add a passkey' });
			await expect(async () => {
				if (!(await named.isVisible())) await add.press('Enter', { timeout: 2000 });
				await expect(named).toBeVisible({ timeout: 5000 });
			}).toPass({ timeout: 40_000 });
			await expect(named.getByLabel('Name', { exact: true })).toBeFocused();
			await page.keyboard.press('ControlOrMeta+A');
			await page.keyboard.type('Office laptop');
			await page.keyboard.press('Enter');
			await expect(named).toBeHidden();
			await expect(page.getByRole('row').filter({ hasText: 'Office laptop' })).toContainText('Never');
		});

		await test.step('it opens the console from the list of the field, with nothing pressed', async () => {
			await page.context().clearCookies();
			await page.goto('/admin/sign-in');
			await page.waitForURL((url) => url.pathname === '/admin', { timeout: 20_000 });
		});

		await test.step('and by its button; a finger that is not laid on leaves the page as it is', async () => {
			await page.context().clearCookies();
			await finger(false);
			await page.goto('/admin/sign-in?to=%2Fadmin%2Ftrail');
			await expect(page.getByRole('button', { name: 'Sign in with a passkey' })).toBeVisible();
			await finger(true);
			await page.getByRole('button', { name: 'Sign in with a passkey' }).press('Enter');
			await page.waitForURL((url) => url.pathname === '/admin/trail', { timeout: 20_000 });
			await expect(page.getByText('Passkey added').first()).toBeVisible();
		});

		await test.step('it is removed after it is named once more, and the device forgets it', async () => {
			await page.goto('/admin/account');
			const sure = page.getByRole('dialog', { name: 'Remove the passkey Office laptop?' });
			await pressUntil(page.getByRole('button', { name: 'Remove Office laptop' }), sure);
			await sure.getByRole('button', { name: 'Remove', exact: true }).press('Enter');
			await expect(page.getByText('No passkey yet.')).toBeVisible();
			await expect.poll(passkeys, { timeout: 20_000 }).toBe(0);
			await page.context().clearCookies();
			await page.goto('/admin/sign-in');
			await expect(page.getByRole('button', { name: 'Sign in with a passkey' })).toBeVisible();
			await expect(page).toHaveURL(/sign-in/);
		});
	});
});
