import AxeBuilder from '@axe-core/playwright';
import type { BrowserContext, Page } from '@playwright/test';
import { post } from '#client/rest.ts';
import type { Api } from '#client/trpc.ts';
import { asOwner, atTill, fetchOf } from './office.ts';
import { enterWallet, letterTo } from './letters.ts';
import { expect, pressUntil, test } from './test.ts';

/** A gift card changes hands: given, opened, put into a wallet, asked about, spent. */
test.use({ viewport: { width: 390, height: 844 } });
test.describe.configure({ mode: 'parallel' });

/** A tablet scans a gift card's code and takes an amount from it. @returns what is left on it by the receipt */
async function spend(context: BrowserContext, origin: string, house: Api['admin'], code: string, cents: number) {
	const { till } = await atTill(context, origin, house, 'Gifts');
	const scanned = await till.checkout.identify.mutate({ text: code, wanted: null });
	if (scanned.kind !== 'giftCard') throw new Error(`the till takes it for a ${scanned.kind}`);
	const line = { key: 'a', productId: null, name: 'Tea', categoryId: null, quantity: 1000, unitCents: cents };
	const ask = {
		memberId: null,
		basket: { currency: 'EUR', lines: [line] },
		rightIds: [],
		giftCards: [{ id: scanned.card.id, cents: null }],
		points: 0
	};
	const { quote } = await till.checkout.quote.mutate({ ask });
	const sale = { key: key(), ask, fingerprint: quote.fingerprint };
	await post('/api/v1/checkout/commit', sale, fetchOf(context, origin));
}

const giftLink = /(\/gift#[\w-]{43})/;
const newAddress = (who: string): string => `${who}-${crypto.randomUUID()}@test.example`;
const key = (): string => `gifts-${crypto.randomUUID()}`;
async function faults(page: Page): Promise<string[]> {
	const { violations } = await new AxeBuilder({ page }).analyze();
	return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}

test('a card is given from a wallet to a mistyped address, corrected, unwrapped, claimed, and pays', async ({
	page,
	browser,
	baseURL
}) => {
	const origin = baseURL ?? '';
	const [giver, receiver] = [newAddress('giver'), newAddress('receiver')];

	await test.step('the giver joins and gets a card', async () => {
		await page.goto('/sign-in');
		await enterWallet(page, giver);
		await page.getByLabel('Name').fill('Ann');
		await page.getByRole('button', { name: 'Show my code' }).click();
		await expect(page.getByRole('main').getByRole('img', { name: /Member code ending/ })).toBeVisible();
	});
	const desk = await browser.newContext();
	const house = await asOwner(desk, origin);
	const wish = { key: key(), count: 1, cents: 2500, member: giver, active: true, expiresAt: null };
	const card = (await house.giftcards.issue.mutate(wish)).cards[0];

	await test.step('and gives it, first to an address with a slip in it', async () => {
		await page.goto(`/gift-cards/${card?.id ?? ''}`);
		const sheet = page.getByRole('dialog', { name: 'Give this card' });
		await pressUntil(page.getByRole('button', { name: 'Give it to somebody' }), sheet);
		await sheet.getByLabel('Who is it for?').fill('Dora');
		await sheet.getByLabel('Their e-mail address').fill('dora@gmial.com');
		await sheet.getByLabel('A few words').fill('Happy birthday!\nSee you soon.');
		await sheet.getByText('Birthday', { exact: true }).click();
		await sheet.getByRole('button', { name: 'Give €25' }).click();
		await expect(sheet.getByText('Did you mean dora@gmail.com?')).toBeVisible();
		expect(await faults(page)).toEqual([]);
		await sheet.getByRole('button', { name: 'No, mine is right' }).click();
		await sheet.getByRole('button', { name: 'Give €25' }).click();
		// The toast speaks of a gift for Dora too.
		await expect(page.getByRole('button', { name: /^For Dora/ })).toBeVisible();
		await expect(page.getByText('No gift cards yet')).toBeVisible();
	});
	const lost = await letterTo(page.context(), 'dora@gmial.com', giftLink);

	await test.step('the address is corrected, and the old link opens nothing', async () => {
		await page.getByRole('button', { name: /For Dora/ }).click();
		await page.getByRole('button', { name: 'Correct and send again' }).click();
		const sheet = page.getByRole('dialog', { name: 'Correct and send again' });
		await sheet.getByLabel('Their e-mail address').fill(receiver);
		await sheet.getByRole('button', { name: 'Correct and send again' }).click();
		await expect(page.getByText('Sent again')).toBeVisible();
	});
	expect(await letterTo(page.context(), receiver)).toContain('Hello Dora, Ann gives you a gift card');
	const link = await letterTo(page.context(), receiver, giftLink);
	const phone = await browser.newContext({
		viewport: { width: 390, height: 844 },
		locale: 'en-GB'
	});
	const dora = await phone.newPage();
	await dora.goto(origin + lost);
	await expect(dora.getByText('There is no gift here')).toBeVisible();

	await test.step('whoever has the right one unwraps it and could pay with it as it is', async () => {
		const requests: string[] = [];
		dora.on('request', (request) => requests.push(request.url()));
		await dora.goto(origin + '/balance');
		await dora.goto(origin + link);
		await dora.getByRole('button', { name: 'Unwrap it' }).click();
		await expect(dora.getByText('Happy birthday!')).toBeVisible();
		await expect(dora.getByText('€25.00').last()).toBeVisible();
		await dora.getByRole('button', { name: 'Show the code for the till' }).click();
		await expect(dora.getByRole('img', { name: 'Code of your gift card' })).toBeVisible();
		expect(await faults(dora)).toEqual([]);
		expect(requests.join()).not.toContain(link.slice('/gift#'.length));
		await page.reload();
		await expect(page.getByText('Opened')).toBeVisible();
	});
	const seen = (await dora.getByRole('img', { name: 'Code of your gift card' }).getAttribute('data-qr')) ?? '';

	await test.step('it goes into a wallet that is made for it', async () => {
		await dora.getByRole('button', { name: 'Put it into my wallet' }).click();
		await enterWallet(dora, receiver);
		await dora.getByLabel('Name').fill('Dora');
		await dora.getByRole('button', { name: 'Show my code' }).click();
		await expect(dora.getByText('It is in your wallet')).toBeVisible();
		await dora.getByRole('link', { name: 'To my wallet' }).click();
		await dora.getByRole('button', { name: 'Show the code' }).click();
		await page.reload();
		await expect(page.getByText('In their wallet')).toBeVisible();
	});
	const code = (await dora.getByRole('img', { name: /Code of the gift card/ }).getAttribute('data-qr')) ?? '';

	await test.step('the code that was seen on the gift is worth nothing, the new one is', async () => {
		const ask = async (typed: string) => {
			await dora.goto(`${origin}/balance`);
			await dora.getByLabel('Gift card code').fill(typed);
			await dora.getByRole('button', { name: 'Show the balance' }).click();
		};
		await ask(seen);
		await expect(dora.getByText('We cannot show anything for this code.')).toBeVisible();
		await ask(code);
		await expect(dora.getByText('Left on this card')).toBeVisible();
		await expect(dora.getByText('€25.00').last()).toBeVisible();
		expect(dora.url()).toBe(`${origin}/balance`);
		expect(await faults(dora)).toEqual([]);
	});

	await test.step('a till takes it, and the wallet knows what is left', async () => {
		const tablet = await browser.newContext();
		await spend(tablet, origin, house, code, 700);
		await tablet.close();
		await dora.goto(`${origin}/gift-cards/${card?.id ?? ''}`);
		await expect(dora.getByText('€18.00').last()).toBeVisible();
	});
	await Promise.all([desk.close(), phone.close()]);
});
