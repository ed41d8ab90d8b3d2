import { eq, sql } from 'drizzle-orm';
import { beforeAll, describe, expect, it } from 'vitest';
import { isChecked, newCode } from '#core/codes';
import { newId } from '#core/ids';
import { day, later } from '#core/time';
import { members } from '#customers/tables';
import { moneyOf } from '#ledger/server';
import { inTransaction, type Tx } from '#platform/db';
import { readSettings, useSettings } from '#platform/settings';
import { testDatabase } from '../../../tests/support/database.ts';
import { giftCardRefusals, masked, type IssueCommand } from './index.ts';
import { activate, findByCode, issue, reveal, type IssuedCard } from './server.ts';
import { giftCards } from './tables.server.ts';

const { db, url } = await testDatabase();
const now = new Date('2027-03-01T10:00:00Z');
const secret = 'a secret of the house that is long enough';
const settingsWith = (secret: string) =>
	useSettings({
		...readSettings({}),
		database: { url, prepares: true, directUrl: url, readUrl: url },
		secret
	});
beforeAll(() => settingsWith(secret));

const fifty: IssueCommand = { cents: 5000, currency: 'EUR', memberId: null, active: true, expiresAt: null };
const run = <T>(work: (tx: Tx) => Promise<T>): Promise<T> => inTransaction(db, work);

async function issued(command: Partial<IssueCommand> = {}): Promise<IssuedCard> {
	const [card] = await run((tx) => issue(tx, [{ ...fifty, ...command }], now));
	if (!card?.ok) throw new Error('was not issued');
	return card;
}

async function balanceOf(id: string): Promise<number> {
	return (await moneyOf(db, [id], now)).get(id)?.balance ?? 0;
}

describe('an issued card', () => {
	it('has its money at once when it is active', async () => {
		const card = await issued();
		expect(await balanceOf(card.id)).toBe(5000);
		const [row] = await db.select().from(giftCards).where(eq(giftCards.id, card.id));
		expect(row).toMatchObject({
			initialCents: 5000,
			currency: 'EUR',
			activatedAt: now,
			lastSymbols: card.code.slice(-4)
		});
	});

	it('keeps its code from whoever reads the database, and shows it to its owner', async () => {
		const card = await issued();
		const [row] = await db.select().from(giftCards).where(eq(giftCards.id, card.id));
		expect(isChecked(card.code)).toBe(true);
		expect(card.code).toMatch(/^G.{17}$/);
		expect(JSON.stringify(row)).not.toContain(card.code);
		expect(JSON.stringify(row)).not.toContain(card.code.slice(1, -4));
		expect(reveal(row!)).toBe(card.code);
	});

	it('cannot be revealed as another card’s, nor under another secret', async () => {
		const [first, second] = [await issued(), await issued()];
		const [row] = await db.select().from(giftCards).where(eq(giftCards.id, first.id));
		expect(() => reveal({ id: second.id, codeCipher: row!.codeCipher })).toThrow();
		settingsWith('another secret of the house, as long as it');
		expect(() => reveal(row!)).toThrow();
		expect(await findByCode(db, first.code)).toBeNull();
		settingsWith(secret);
		expect(reveal(row!)).toBe(first.code);
	});

	it('is found by its code however it is typed, and by nothing else', async () => {
		const [memberId] = await newMembers(1);
		const card = await issued({ memberId: memberId as string });
		const spaced = card.code.toLowerCase().replace(/(.{4})/g, '$1-');
		expect(await findByCode(db, spaced)).toMatchObject({ card: { id: card.id }, member: { id: memberId } });
		for (const other of [
			newCode('giftCard'),
			newCode('voucher'),
			card.code.slice(0, -1),
			'4111111111111111',
			'',
			'x'.repeat(300)
		])
			expect(await findByCode(db, other)).toBeNull();
	});

	it('is shown with its last four symbols only', () => {
		expect(masked('7QRS')).toBe('G •••• 7QRS');
	});

	it.each([
		[{ cents: 0 }, 'gift_card.value_form'],
		[{ cents: -100 }, 'gift_card.value_form'],
		[{ cents: 0.5 }, 'gift_card.value_form'],
		[{ cents: 100_000_001 }, 'gift_card.value_form'],
		[{ cents: Number.MAX_SAFE_INTEGER + 1 }, 'gift_card.value_form'],
		[{ currency: 'euro' }, 'gift_card.currency_form'],
		[{ expiresAt: now }, 'gift_card.expiry_past'],
		[{ expiresAt: later(now, 60 * 366 * day) }, 'gift_card.expiry_far'],
		[{ expiresAt: new Date(Number.NaN) }, 'gift_card.expiry_past'],
		[{ memberId: 'mem_no' }, 'gift_card.member_unknown']
	] satisfies [Partial<IssueCommand>, (typeof giftCardRefusals.codes)[number]][])(
		'is refused with %o',
		async (wrong, code) => {
			const [result, neighbour] = await run((tx) => issue(tx, [{ ...fifty, ...wrong }, fifty], now));
			expect(result).toMatchObject({ ok: false, refusal: { code } });
			expect(neighbour).toMatchObject({ ok: true });
		}
	);
});

async function newMembers(count: number): Promise<string[]> {
	const ids = Array.from({ length: count }, () => newId('member', now));
	await db.insert(members).values(ids.map((id) => ({ id, number: id.slice(-10), createdAt: now })));
	return ids;
}

describe('a thousand cards', () => {
	it('are issued together, all different, each with its money', async () => {
		const cards = await run((tx) =>
			issue(
				tx,
				Array.from({ length: 1000 }, () => ({ ...fifty, cents: 100 })),
				now
			)
		);
		const codes = cards.map((card) => (card.ok ? card.code : ''));
		expect(new Set(codes).size).toBe(1000);
		const [row] = await db.execute<{ cards: number; cents: number }>(sql`
			select count(*)::int as cards, sum(a.credited)::int as cents from gift_cards g
			join accounts a on a.owner_id = g.id where g.initial_cents = 100`);
		expect(row).toEqual({ cards: 1000, cents: 100_000 });
	});
});

describe('an inactive card', () => {
	it('has no money until it is activated', async () => {
		const card = await issued({ active: false });
		expect(await balanceOf(card.id)).toBe(0);
		expect(await run((tx) => activate(tx, [card.id], now))).toEqual([{ ok: true, replayed: false }]);
		expect(await balanceOf(card.id)).toBe(5000);
	});

	it('is credited once, however many activate it at the same moment', async () => {
		const card = await issued({ active: false });
		const results = await Promise.all(Array.from({ length: 20 }, () => run((tx) => activate(tx, [card.id], now))));
		expect(results.flat().filter((result) => result.ok && !result.replayed)).toHaveLength(1);
		expect(await balanceOf(card.id)).toBe(5000);
	});

	it('cannot be activated when it is blocked, too late or unknown; the others of the batch are', async () => {
		const [blocked, late, good] = [
			await issued({ active: false }),
			await issued({ active: false, expiresAt: later(now, day) }),
			await issued({ active: false })
		];
		await db.update(giftCards).set({ blockedAt: now }).where(eq(giftCards.id, blocked.id));
		const ids = [blocked.id, late.id, 'gft_no', good.id, good.id];
		const results = await run((tx) => activate(tx, ids, later(now, 2 * day)));
		expect(results.map((result) => (result.ok ? 'active' : result.refusal.code))).toEqual([
			'gift_card.is_blocked',
			'gift_card.already_expired',
			'gift_card.not_found',
			'active',
			'active'
		]);
		expect(await balanceOf(good.id)).toBe(5000);
	});
});
