import type { Locator, Page } from '@playwright/test';
import { createApi } from '#client/trpc.ts';
import { letterTo } from './letters.ts';
import { fetchOf } from './office.ts';
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

/**
 * Goes to something with the tabulator alone, past the menu by the link for that; what cannot be reached so is not there for
 * whoever has no mouse.
 */
async function tabTo(page: Page, target: Locator): Promise<void> {
	await expect(target).toBeVisible();
	const inContent = await target.evaluate((element) => element.closest('#content') !== null);
	for (let steps = 0; steps < 200; steps++) {
		const at = await target.evaluate((element) => {
			const focused = document.activeElement;
			return focused === element ? 'there' : focused?.matches('a[href="#content"]') ? 'before the menu' : 'on the way';
		});
		if (at === 'there') return;
		await page.keyboard.press(at === 'before the menu' && inContent ? 'Enter' : 'Tab');
	}
	throw new Error(`the tabulator does not come to ${target}`);
}

/** Presses what the tabulator comes to, again only while what it opens is not there. */
async function enterUntil(page: Page, target: Locator, opened: Locator): Promise<void> {
	await expect(async () => {
		if (!(await opened.isVisible())) {
			await tabTo(page, target);
			await page.keyboard.press('Enter');
		}
		await expect(opened).toBeVisible({ timeout: 5000 });
	}).toPass({ timeout: 80_000 });
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

	test('makes a role, invites somebody for one store, ends their sign-in, changes a rule, makes a key', async ({
		page,
		context,
		browser,
		baseURL
	}) => {
		const mark = crypto.randomUUID().slice(0, 6);
		const [role, name, program] = [`${mark} shelf keeper`, `Paula Park ${mark}`, `Web shop ${mark}`];
		const email = `shelf-${mark}@test.example`;
		const dialog = page.getByRole('dialog');
		const row = (text: string) => page.getByRole('row').filter({ hasText: text });
		const heading = (title: string | RegExp) => page.getByRole('heading', { level: 1, name: title });
		const button = (label: string | RegExp) => page.getByRole('button', { name: label, exact: true });
		const follow = (label: string, title: string | RegExp) =>
			enterUntil(page, page.getByRole('link', { name: label, exact: true }).first(), heading(title));
		const guest = await browser.newContext({ ...(baseURL ? { baseURL } : {}) });

		await test.step('signs in and makes a role of the house’s own', async () => {
			await page.goto('/admin/sign-in');
			await tabTo(page, page.getByLabel('E-mail', { exact: false }));
			await page.keyboard.type('owner@pareto.example');
			await tabTo(page, page.getByLabel('Password', { exact: true }));
			await page.keyboard.type(password);
			await page.keyboard.press('Enter');
			await page.waitForURL((url) => url.pathname === '/admin');
			await follow('Staff and tablets', 'Staff and tablets');
			await follow('Roles', 'Roles');
			await enterUntil(page, button('New role'), dialog);
			await tabTo(page, dialog.getByRole('button', { name: 'Save' }));
			await page.keyboard.press('Enter');
			await expect(dialog.getByText('Enter a name.')).toBeVisible();
			await tabTo(page, dialog.getByLabel('Name of the role'));
			await page.keyboard.type(role);
			await tabTo(page, dialog.getByLabel('Change products'));
			await page.keyboard.press('Space');
			// Whoever changes products has to see them, and needs the console for it.
			await expect(dialog.getByLabel('See products')).toBeChecked();
			await expect(dialog.getByLabel('Open the console')).toBeChecked();
			await tabTo(page, dialog.getByRole('button', { name: 'Save' }));
			await page.keyboard.press('Enter');
			await expect(dialog).toBeHidden();
			await expect(row(role)).toBeVisible();
		});

		await test.step('invites somebody as that, for one store', async () => {
			await follow('Staff and tablets', 'Staff and tablets');
			await enterUntil(page, button('Invite somebody'), dialog);
			await tabTo(page, dialog.getByLabel('Name', { exact: true }));
			await page.keyboard.type(name);
			await page.keyboard.press('Tab');
			await page.keyboard.type(email);
			await tabTo(page, dialog.getByLabel('Role', { exact: true }));
			await page.keyboard.type(mark);
			await tabTo(page, dialog.getByRole('checkbox').first());
			await page.keyboard.press('Space');
			await page.keyboard.press('Enter');
			await expect(dialog).toBeHidden();
			await expect(row(email)).toContainText(role);
		});

		await test.step('sees them come, sees what they may, and ends their sign-in', async () => {
			const token = await letterTo(context, email, /\/admin\/invitation#([\w-]{43})/);
			const theirs = createApi(fetchOf(guest, baseURL ?? ''));
			await theirs.admin.identity.invitations.accept.mutate({ token, name, password: 'seven grey herons' });
			expect((await guest.request.get('/admin/products')).url()).toContain('/admin/products');
			expect((await guest.request.get('/admin/trail')).status()).toBe(403);
			await follow('Members', 'Members');
			await follow('Staff and tablets', 'Staff and tablets');
			await follow(name, name);
			await tabTo(page, button(/^End the sign-in on/));
			await page.keyboard.press('Enter');
			await expect(page.getByText('Not signed in to the console.')).toBeVisible();
			expect((await guest.request.get('/admin/products')).url()).toContain('/admin/sign-in');
		});

		await test.step('changes a rule', async () => {
			await follow('Settings', 'Settings');
			await follow('Returns', 'Returns');
			const days = page.getByLabel('A voucher that comes back is good for at least');
			const save = button('Save');
			const other = (await days.inputValue()) === '7' ? '14' : '7';
			await tabTo(page, days);
			await page.keyboard.press('ControlOrMeta+A');
			await page.keyboard.type('never');
			await tabTo(page, save);
			await page.keyboard.press('Enter');
			await expect(days).toHaveAttribute('aria-invalid', 'true');
			await tabTo(page, days);
			await page.keyboard.press('ControlOrMeta+A');
			await page.keyboard.type(other);
			await page.keyboard.press('Enter');
			await expect(save).toBeDisabled();
			await expect(page.getByRole('listitem').filter({ hasText: 'Rules for returns changed' }).first()).toContainText(
				other
			);
		});

		await test.step('makes a key for a program, shown once, and takes it back', async () => {
			await follow('Staff and tablets', 'Staff and tablets');
			await follow('API keys', 'API keys');
			await enterUntil(page, button('New key'), dialog);
			await tabTo(page, dialog.getByLabel('Program'));
			await page.keyboard.type(program);
			await tabTo(page, dialog.getByLabel('Sell'));
			await page.keyboard.press('Space');
			await tabTo(page, dialog.getByRole('button', { name: 'Make the key' }));
			await page.keyboard.press('Enter');
			await expect(dialog.getByText('Copy it now: it is shown only this once.')).toBeVisible();
			const key = await dialog.getByText(/^pk_[\w-]{40,}$/).innerText();
			const sells = async () => {
				const headers = { authorization: `Bearer ${key}` };
				return (await guest.request.post('/api/v1/checkout/commit', { headers, data: {} })).status();
			};
			expect(await sells()).toBe(400);
			await tabTo(page, dialog.getByRole('button', { name: 'Done' }));
			await page.keyboard.press('Enter');
			await expect(dialog).toBeHidden();
			await enterUntil(page, button(`Take back the key of ${program}`), dialog);
			await tabTo(page, dialog.getByRole('button', { name: 'Take back' }));
			await page.keyboard.press('Enter');
			await expect(dialog).toBeHidden();
			await expect(row(program)).toContainText('Taken back');
			expect(await sells()).toBe(401);
		});

		await test.step('all of it stands in the trail, in words', async () => {
			await follow('Changes', 'Changes');
			const deeds = page.getByRole('main').getByRole('listitem');
			await tabTo(page, page.getByRole('searchbox'));
			await page.keyboard.type(mark);
			const deed = (title: string) => deeds.filter({ hasText: title });
			for (const title of ['Role created', 'Invitation accepted', 'API key made', 'API key taken back'])
				await expect(deed(title)).toHaveCount(1);
			await expect(deed('Role created')).toContainText('Change products');
		});
		await guest.close();
	});
});
