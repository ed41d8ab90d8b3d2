import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CodeKind } from '#checkout';
import { newCode } from '#core/codes';
import { newId } from '#core/ids';
import { languages } from '#core/languages';
import { later, minute } from '#core/time';
import { rotatingCode, staticCode } from '#customers';
import { codeFor } from '#customers/server';
import { inTransaction } from '#platform/db';
import { captureLog } from '#platform/log';
import type { Ask } from '#pricing';
import { furnish } from '../support/bad-asks.ts';
import { testDatabase } from '../support/database.ts';
import { aKey, anAsk, line } from '../support/shop.ts';
import { aStaffedTill, houseAsItIs, script } from '../support/till.ts';
import { openShop, refusalFrom, Visitor } from '../support/visitor.ts';
import { auditHouse } from '#wiring/house-audit.server';

const { db, url } = await testDatabase();
openShop(url);
const now = new Date();
const furnished = await furnish(db, now);
const { shop, memberId, vouchers, codes, cards } = furnished;
const till = await aStaffedTill(db, shop.storeId, () => now);
const { api } = till.in.en;
const { coffee, tea } = shop.products;

let before: Record<string, string>;
const lines: string[] = [];
const putBack = captureLog((text) => lines.push(text));

beforeEach(async () => {
	before = await houseAsItIs(db);
	lines.length = 0;
	for (const visitor of Object.values(till.in)) visitor.reports.length = 0;
});
afterEach(async () => {
	expect(await houseAsItIs(db)).toEqual(before);
	expect(Object.values(till.in).flatMap(({ reports }) => reports)).toEqual([]);
	expect(lines).toEqual([]);
});
afterAll(async () => {
	putBack();
	expect((await auditHouse(db)).findings).toEqual([]);
});

/** The same request in every language: the same code, and a sentence that its reader can read. */
async function refusedInAll(call: (visitor: Visitor) => Promise<unknown>, code: string): Promise<void> {
	for (const language of languages) {
		const refusal = await refusalFrom(call(till.in[language]));
		expect(refusal.code).toBe(code);
		expect(refusal.sentence).toMatch(script[language]);
		expect(refusal.sentence).not.toMatch(/[{}]|undefined|NaN/);
	}
}

const commit = (visitor: Visitor, ask: Ask, key = aKey()) => visitor.sell({ key, ask, fingerprint: 'none' });

describe('a basket with', () => {
	it('faults is quoted, and the quote says what is wrong', async () => {
		const { quote } = await api.till.checkout.quote.mutate({
			ask: anAsk(memberId, [line('a', -500), line('b', coffee)], { points: -1, rightIds: [vouchers.used] })
		});
		expect(quote.problems.map(({ code }) => code)).toEqual(['basket.amount_invalid', 'points.amount_invalid']);
		expect(quote.refused.filter(({ asked }) => asked)).toMatchObject([{ refusal: { code: 'voucher.already_used' } }]);
		expect(quote.lines.map(({ key }) => key)).toEqual(['b']);
	});
});

describe('a code that', () => {
	const slip = (code: string) => code.slice(0, 5) + (code[5] === 'A' ? 'B' : 'A') + code.slice(6);
	const identify = (text: string, wanted: CodeKind | null) => (visitor: Visitor) =>
		visitor.api.till.checkout.identify.mutate({ text, wanted });

	it.each([
		['nobody made: a member’s', newCode('member'), null, 'member_code.unknown'],
		['nobody made: a member’s that changes', newCode('rotatingMember'), null, 'member_code.unknown'],
		['nobody made: a voucher’s', newCode('voucher'), null, 'code.unknown_voucher'],
		['nobody made: a gift card’s', newCode('giftCard'), null, 'code.unknown_gift_card'],
		['nobody made: a receipt’s', newCode('receipt'), null, 'code.unknown_receipt'],
		['nobody made: a barcode’s', '4006381333931', null, 'code.unknown'],
		['nobody made: of a product that is looked for', '4006381333931', 'product', 'code.unknown_product'],
		['has a typing error: a member’s', slip(newCode('member')), null, 'code.mistyped_member'],
		['has a typing error: a voucher’s', slip(codes.assigned), null, 'code.mistyped_voucher'],
		['has a typing error: a gift card’s', slip(cards.fine.code), null, 'code.mistyped_gift_card'],
		['has a typing error: a receipt’s', slip(newCode('receipt')), null, 'code.mistyped_receipt'],
		['is nothing', '', null, 'code.malformed'],
		['is blank', ' \t\n', null, 'code.malformed'],
		['is too short', 'A1', null, 'code.malformed'],
		['is a web address', 'https://example.com/?q=1', null, 'code.malformed'],
		['is a smile', '🙂🙂🙂', null, 'code.malformed'],
		['is cut in the middle of a character', 'ABC\ud83c', null, 'input.invalid'],
		['is a statement', "'; drop table receipts; --", null, 'code.malformed'],
		['is longer than a code', 'A'.repeat(201), null, 'code.malformed'],
		['is longer than anybody types', 'A'.repeat(1001), null, 'input.invalid'],
		['is a gift card’s where a voucher is asked for', cards.fine.code, 'voucher', 'code.is_gift_card'],
		['is a voucher’s where a gift card is asked for', codes.assigned, 'giftCard', 'code.is_voucher'],
		['is a shared voucher’s where a product is asked for', codes.shared, 'product', 'code.is_voucher'],
		['is a receipt’s where a member is asked for', newCode('receipt'), 'member', 'code.is_receipt'],
		['is a member’s where a receipt is asked for', newCode('member'), 'receipt', 'code.is_member']
	] as const)('%s is refused', async (_, text, wanted, code) => {
		await refusedInAll(identify(text, wanted), code);
	});

	it.each([
		['4111111111111111'],
		['4111 1111 1111 1111'],
		['4111-1111-1111-1111'],
		['۴۱۱۱ ۱۱۱۱ ۱۱۱۱ ۱۱۱۱'],
		['４１１１１１１１１１１１１１１１'],
		['378282246310005'],
		['6011111111111117'],
		['2223003122003222']
	])('is a payment card’s is refused, and its digits go nowhere: %s', async (text) => {
		for (const wanted of [null, 'voucher', 'giftCard'] as const) {
			await refusedInAll(identify(text, wanted), 'code.payment_card');
		}
		const { last } = till.in.fa;
		const digits = [...text.normalize('NFKC')].filter((symbol) => /\p{Nd}/u.test(symbol)).join('');
		expect((await last?.clone().text())?.replaceAll(/[^\p{Nd}]/gu, '')).not.toContain(digits.slice(0, 8));
		const stored = await tablesAsText();
		for (const kept of [text, digits]) expect(stored).not.toContain(kept);
		// `afterEach` holds that not a line was logged.
	});

	it('is a payment card’s goes nowhere through any other field that takes a code', async () => {
		const text = '4111 1111 1111 1111';
		await refusedInAll((visitor) => visitor.api.till.checkout.receipt.mutate({ number: text }), 'receipt.unknown');
		const found = await api.till.stores.products.mutate({ text });
		expect(JSON.stringify(found)).not.toContain('4111');
		expect(await tablesAsText()).not.toContain('4111111111111111');
	});

	const tablesAsText = async (): Promise<string> => JSON.stringify(await db.execute('select * from once_keys'));
});

describe('a phone', () => {
	const codeAt = async (at: Date) => {
		const seed = await inTransaction(db, (tx) => codeFor(tx, memberId));
		return rotatingCode(seed.number, seed.secret, at);
	};
	const scan = (text: string) => (visitor: Visitor) =>
		visitor.api.till.checkout.identify.mutate({ text, wanted: 'member' });

	it.each([-6, 2, -9, 9])('whose clock is %d minutes off is told so, and by how much', async (minutes) => {
		const code = await codeAt(later(now, minutes * minute));
		before = await houseAsItIs(db);
		await refusedInAll(scan(code), 'member_code.clock_wrong');
		expect((await refusalFrom(scan(code)(till.in.en))).details).toEqual({ minutes: Math.abs(minutes) });
	});

	it.each([-2, -12, 12])('shows a code that has run out, %d minutes off', async (minutes) => {
		await refusedInAll(scan(await codeAt(later(now, minutes * minute))), 'member_code.expired');
	});

	it('whose clock is half a minute off is let in, and the code is good for this tablet only', async () => {
		const code = await codeAt(later(now, -minute / 2));
		expect(await scan(code)(till.in.en)).toMatchObject({ kind: 'member', member: { fact: { id: memberId } } });
		const other = await aStaffedTill(db, shop.storeId, () => now);
		before = await houseAsItIs(db);
		const refusal = await refusalFrom(scan(code)(other.in.ru));
		expect(refusal.code).toBe('member_code.already_scanned');
		expect(refusal.sentence).toMatch(script.ru);
	});

	it('with a flat battery is helped by the code on the card', async () => {
		const { number } = await inTransaction(db, (tx) => codeFor(tx, memberId));
		expect(await scan(staticCode(number))(till.in.en)).toMatchObject({ member: { via: 'static' } });
	});
});

describe('goods back', () => {
	let receiptId = '';
	const back = (more: Record<string, unknown>) => (visitor: Visitor) =>
		visitor.api.till.checkout.takeBack.mutate({
			key: aKey(),
			receiptId,
			lines: 'everything',
			reason: null,
			...more
		} as Parameters<typeof api.till.checkout.takeBack.mutate>[0]);
	const of = (position: number, quantity: number) => ({ lines: [{ position, quantity }] });

	beforeEach(async () => {
		if (receiptId !== '') return;
		const ask = anAsk(memberId, [line('a', coffee, 2000)]);
		const { quote } = await api.till.checkout.quote.mutate({ ask });
		const sold = await till.in.en.sell({ key: aKey(), ask, fingerprint: quote.fingerprint });
		receiptId = sold.receipt.id;
		before = await houseAsItIs(db);
	});

	it.each([
		['of no receipt', { receiptId: newId('receipt') }, 'receipt.unknown'],
		['of a receipt whose id no database keeps', { receiptId: 'rcp_\u0000' }, 'input.invalid'],
		['of a line that is not on it', of(7, 1000), 'return.line_unknown'],
		['of a line before the first', of(-1, 1000), 'return.line_unknown'],
		['of less than nothing', of(0, -1000), 'return.quantity_invalid'],
		['of nothing', of(0, 0), 'return.quantity_invalid'],
		['of half a gram', of(0, 0.5), 'input.invalid'],
		['of more than was bought', of(0, 3000), 'return.too_many'],
		[
			'of one line twice',
			{ lines: [of(0, 1000), of(0, 1000)].flatMap(({ lines: one }) => one) },
			'return.line_repeated'
		],
		['of no lines', { lines: [] }, 'return.nothing_chosen'],
		['for a reason that no database keeps', { reason: 'broken\u0000' }, 'input.invalid'],
		['with a key that is none', { key: 'no' }, 'key.malformed']
	])('%s is refused', async (_, more, code) => {
		await refusedInAll(back(more), code);
	});

	it('under the key of a sale is refused, and so is a sale under the key of a return', async () => {
		const key = aKey();
		const ask = anAsk(null, [line('a', tea)]);
		const { quote } = await api.till.checkout.quote.mutate({ ask });
		await till.in.en.sell({ key, ask, fingerprint: quote.fingerprint });
		before = await houseAsItIs(db);
		await refusedInAll(back({ key }), 'key.reused');
	});
});

describe('a key', () => {
	it('sent with another basket is refused; with the same one it finds the first receipt', async () => {
		const key = aKey();
		const ask = anAsk(memberId, [line('a', coffee)]);
		const { quote } = await api.till.checkout.quote.mutate({ ask });
		const sale = { key, ask, fingerprint: quote.fingerprint };
		const first = await till.in.en.sell(sale);
		before = await houseAsItIs(db);
		const others: Ask[] = [
			anAsk(memberId, [line('a', tea)]),
			anAsk(memberId, [line('a', coffee, 2000)]),
			anAsk(furnished.otherId, [line('a', coffee)]),
			anAsk(memberId, [line('a', coffee)], { giftCards: [{ id: cards.fine.id, cents: 100 }] })
		];
		for (const other of others) await refusedInAll((visitor) => commit(visitor, other, key), 'key.reused');
		expect(await till.in.en.sell(sale)).toEqual({ receipt: first.receipt, codes: [], replayed: true });
	});

	it.each(['', 'short', 'with a blank', 'quote"quote', 'nul\u0000nul\u0000', 'k'.repeat(64) + 'k'])(
		'of a wrong form is refused: %j',
		async (key) => {
			const ask = anAsk(null, [line('a', coffee)]);
			const code = key.length > 64 || key.includes('\0') ? 'input.invalid' : 'key.malformed';
			await refusedInAll((visitor) => commit(visitor, ask, key), code);
		}
	);
});

describe('a quote that is no longer true', () => {
	it('is refused, and the answer carries the one that is', async () => {
		const ask = anAsk(memberId, [line('a', coffee)]);
		const { quote } = await api.till.checkout.quote.mutate({ ask: anAsk(memberId, [line('a', tea)]) });
		const stale = { key: aKey(), ask, fingerprint: quote.fingerprint };
		await refusedInAll((visitor) => visitor.sell(stale), 'quote.stale');
		const refusal = await refusalFrom(till.in.en.sell(stale));
		const fresh = (refusal.attachment as { quote: typeof quote }).quote;
		expect(fresh.totalCents).toBe(350);
		const sold = await till.in.en.sell({ ...stale, fingerprint: fresh.fingerprint });
		expect(sold).toMatchObject({ replayed: false, receipt: { totalCents: 350 } });
		before = await houseAsItIs(db);
	});
});

describe('a request', () => {
	const open = () => ({ ask: anAsk(null, [line('a', coffee)]) });
	const sameTablet = (headers: Record<string, string>, without: 'cookie' | null = null) => {
		const visitor = new Visitor({ headers, now: () => now });
		if (without === null) for (const [name, cookie] of till.in.en.cookies) visitor.cookies.set(name, cookie);
		return visitor;
	};

	it('of another site’s page is refused', async () => {
		for (const headers of [{ origin: 'https://evil.example' }, { origin: 'null' }]) {
			const visitor = sameTablet(headers);
			const refusal = await refusalFrom(visitor.api.till.checkout.quote.mutate(open()));
			expect(refusal.code).toBe('access.foreign_origin');
		}
	});

	it('of a tablet that nobody enrolled is refused', async () => {
		const refusal = await refusalFrom(new Visitor().api.till.checkout.quote.mutate(open()));
		expect(refusal.code).toBe('access.enrol_first');
	});

	it.each([
		['text/plain', '""', 'input.content_type'],
		['application/x-www-form-urlencoded', 'a=1', 'input.content_type'],
		['multipart/form-data; boundary=x', '--x--', 'input.content_type'],
		['', '{}', 'input.content_type'],
		['application/json', '{"ask":', 'input.unreadable'],
		['application/json', '', 'input.invalid'],
		['application/json', '[[[[', 'input.unreadable']
	])('as %s with %j is refused', async (type, body, code) => {
		const answer = await till.in.en.fetch(`${till.in.en.origin}/api/trpc/till.checkout.quote`, {
			method: 'POST',
			body,
			headers: { 'content-type': type }
		});
		expect(answer.status).toBe(400);
		expect(await answer.text()).toContain(code);
	});

	it('of a tablet where nobody stands any more, or that was taken out, is refused', async () => {
		const other = await aStaffedTill(db, shop.storeId, () => now);
		before = await houseAsItIs(db);
		await other.in.en.api.till.identity.signOut.mutate();
		const nobody = await refusalFrom(other.in.zh.api.till.checkout.quote.mutate(open()));
		expect(nobody.code).toBe('access.pin_first');
		expect(nobody.sentence).toMatch(script.zh);
		expect(await houseAsItIs(db)).toEqual(before);
		await other.manager.api.admin.identity.devices.revoke.mutate({ key: aKey(), deviceId: other.deviceId });
		before = await houseAsItIs(db);
		const out = await refusalFrom(other.in.fa.api.till.checkout.quote.mutate(open()));
		expect(out.code).toBe('access.enrol_first');
		expect(out.sentence).toMatch(script.fa);
	});
});
