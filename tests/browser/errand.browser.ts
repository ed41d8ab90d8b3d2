import { writeFile } from 'node:fs/promises';
import { chromium as playwright, type Browser, type Page } from '@playwright/test';
import { clipOf, emptyClip, type Picture } from '../support/camera.ts';
import { chromium } from '../support/chromium.ts';
import { enterWallet } from './letters.ts';
import { expect, pressUntil, test, typePin, whosePagesStart } from './test.ts';

/**
 * The errand the product is for: a shopper's phone shows a QR, a cashier's tablet scans it with its camera, and one tap
 * earns points, redeems a voucher and takes a part of the price from a gift card, while the wallet changes before the
 * shopper's eyes and a manager sees it in the console. The shopper is the demo's first member, who has one of everything.
 */
const shopper = 'member0001@pareto.example';
const owner = { email: 'owner@pareto.example', password: 'linden-and-saffron' };
const cashier = { name: 'Ada Lorenz', pin: '2580' };
const phone = { width: 390, height: 844 };
const tablet = { width: 1024, height: 768 };
const desk = { width: 1280, height: 800 };

/** A tablet with a camera that sees the file's clip; the file may change until the camera is opened. */
async function aTablet(clip: string): Promise<Browser> {
	const { executablePath, env, args } = await chromium();
	const camera = [
		'--use-fake-device-for-media-stream',
		'--use-fake-ui-for-media-stream',
		`--use-file-for-fake-video-capture=${clip}`
	];
	return whosePagesStart(
		await playwright.launch({
			executablePath,
			env: { ...(process.env as Record<string, string>), ...env },
			args: [...args, ...camera]
		})
	);
}

async function openWallet(page: Page): Promise<void> {
	await page.goto('/');
	await enterWallet(page, shopper);
	await expect(memberCode(page)).toBeVisible();
}

const memberCode = (page: Page) => page.getByRole('img', { name: /Member code ending/ });

async function openConsole(page: Page): Promise<void> {
	await page.goto('/admin');
	await page.getByLabel('E-mail address').fill(owner.email);
	await page.getByLabel('Password', { exact: true }).fill(owner.password);
	await page.getByRole('button', { name: 'Sign in', exact: true }).click();
	await expect(page.getByRole('heading', { name: 'Today' })).toBeVisible();
}

/** A code for one more tablet of the first store. */
async function enrolmentCode(page: Page): Promise<string> {
	await page.goto('/admin/staff');
	const sheet = page.getByRole('dialog');
	await pressUntil(page.getByRole('button', { name: 'Connect a tablet' }), sheet);
	await sheet.getByLabel('Store').selectOption({ index: 1 });
	await sheet.getByLabel('Tablet').fill('Till 7');
	await sheet.getByRole('button', { name: 'Make a code' }).click();
	const code = await sheet.getByText(/^T[2-9A-Z ]{8,}$/).innerText();
	await sheet.getByRole('button', { name: 'Done' }).click();
	return code;
}

async function openTill(page: Page, enrolment: string): Promise<void> {
	await page.goto('/till');
	await page.getByLabel('One-time code').fill(enrolment);
	await page.getByRole('button', { name: 'Set up' }).click();
	await page.getByRole('button', { name: cashier.name }).click();
	await typePin(page, cashier.pin);
	await page.getByRole('button', { name: 'Sign in', exact: true }).click();
	await expect(page.getByText('Scan or pick the first product.')).toBeVisible();
}

/** The code as the phone drew it, pixel by pixel, held before a grey wall. */
async function heldUp(page: Page): Promise<Picture> {
	const shot = await memberCode(page).screenshot();
	const [width, height] = [640, 480];
	const grey = await page.evaluate(
		async ({ png, width, height }) => {
			const bytes = Uint8Array.from(atob(png), (letter) => letter.charCodeAt(0));
			const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
			const pen = new OffscreenCanvas(width, height).getContext('2d');
			if (!pen) throw new Error('no canvas');
			pen.fillStyle = '#777';
			pen.fillRect(0, 0, width, height);
			pen.drawImage(bitmap, (width - 400) / 2, (height - 400) / 2, 400, 400);
			const { data } = pen.getImageData(0, 0, width, height);
			return Array.from({ length: width * height }, (_, place) => data[place * 4] ?? 0);
		},
		{ png: shot.toString('base64'), width, height }
	);
	return { width, height, grey: Uint8Array.from(grey) };
}

const wholeNumber = (text: string): number => Number(/[\d,]+/.exec(text)?.[0].replaceAll(',', ''));

test('a scan, a tap, and everybody sees it', async ({ browser, baseURL }, info) => {
	const clip = info.outputPath('camera.y4m');
	await writeFile(clip, emptyClip());
	const settings = { baseURL, locale: 'en-GB' };
	const counter = await aTablet(clip);
	try {
		const manager = await (await browser.newContext({ ...settings, viewport: desk })).newPage();
		const till = await (await counter.newContext({ ...settings, viewport: tablet })).newPage();
		const wallet = await (await browser.newContext({ ...settings, viewport: phone })).newPage();
		await openConsole(manager);
		await openTill(till, await enrolmentCode(manager));
		await openWallet(wallet);
		// The figure that is seen; beside it stands the same for readers of the screen.
		const points = wallet
			.locator('div', { has: wallet.getByText('Your points', { exact: true }) })
			.last()
			.locator('[aria-hidden="true"]', { hasText: /^[\d,]+$/ });
		const before = wholeNumber(await points.innerText());

		let number = '';

		await test.step('the tablet’s camera reads the code that the phone shows', async () => {
			await writeFile(clip, clipOf(await heldUp(wallet)));
			await till.getByRole('button', { name: 'Scan member' }).click();
			await expect(till.getByRole('region', { name: 'Member' })).toContainText(/\d points/, { timeout: 30_000 });
		});

		await test.step('the basket is priced with what applies', async () => {
			await till.getByRole('button', { name: /^Flat white/ }).click();
			await till.getByRole('button', { name: /^House blend 1 kg/ }).click();
			await till.getByRole('button', { name: /A coffee on us.*would save €3\.90/ }).click();
			await till.getByRole('button', { name: /^Gift card ··.*has €50\.00/ }).click();
			await expect(till.getByRole('region', { name: 'Payment' })).toContainText('Earns 29 points');
		});

		await test.step('one tap, and the receipt is there', async () => {
			await till.getByRole('button', { name: 'Complete sale' }).click();
			await expect(till.getByRole('heading', { name: 'Sale complete' })).toBeVisible();
			await expect(till.getByText('29 points earned').first()).toBeVisible();
			number = (await till.locator('.paper .number').innerText()).replaceAll(' ', '');
		});

		await test.step('the wallet has changed by itself', async () => {
			await expect.poll(async () => wholeNumber(await points.innerText())).toBe(before + 29);
			await wallet.getByRole('link', { name: 'Gift cards' }).click();
			await expect(wallet.getByText('€20.10').first()).toBeVisible();
		});

		await test.step('the manager finds the receipt, with every cent explained', async () => {
			await manager.goto('/admin/receipts');
			await manager.getByRole('searchbox').fill(number);
			await expect(manager.getByRole('rowheader')).toHaveCount(1);
			await manager.getByRole('rowheader').getByRole('link').click();
			await expect(manager.getByText('A coffee on us').first()).toBeVisible();
			await expect(manager.getByText('€33.80').first()).toBeVisible();
		});
	} finally {
		await counter.close();
	}
});
