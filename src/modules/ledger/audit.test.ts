import { beforeAll, describe, expect, test } from 'vitest';
import { newId } from '#core/ids';
import { day } from '#core/time';
import { inTransaction, sqlOf, type Tx } from '#platform/db';
import { testDatabase } from '../../../tests/support/database.ts';
import { auditChecks, auditWithin } from './audit.server.ts';
import { audit, expire, mature, openBook, type Book } from './server.ts';

const { db, client } = await testDatabase();

const start = new Date('2026-03-01T10:00:00.000Z');
const at = (days: number): Date => new Date(start.getTime() + days * day);
const member = newId('member', start);
const other = newId('member', start);
const card = newId('giftCard', start);

const book = (now: Date, run: (book: Book) => void, refs: string[] = []) =>
	inTransaction(db, async (tx) => {
		const opened = await openBook(tx, [member, other, card], now, { lock: true, refs });
		run(opened);
		await opened.write(tx);
	});

const earned = (ownerId: string, points: number, days: number, ref: string, maturesAt: Date | null = null) => ({
	...{ ownerId, points, potDays: 30, endsAt: at(days), maturesAt, reason: 'earned', ref }
});

/** A shop's month: something of everything. */
beforeAll(async () => {
	const money = { ownerId: card, name: 'money', unit: 'EUR' };
	const post = { ...money, reason: 'issued', ref: null, counterName: 'giftcards' };
	await book(start, (b) => {
		b.earn(earned(member, 100, 30, 'r1'));
		b.earn(earned(other, 40, 30, 'r2', at(5)));
		b.openAccount(money);
		b.credit({ ...post, amount: 5000 });
		b.hold({ ...money, amount: 700, expiresAt: at(90), reason: 'web', ref: null });
	});
	await book(at(1), (b) => {
		b.earn(earned(member, 50, 31, 'r3'));
		b.spend({ ownerId: member, points: 70, reason: 'spent', ref: 'r4' });
		b.debit({ ...post, amount: 1200 });
	});
	const back = { ownerId: member, ofRef: 'r4', alreadyGivenBack: 0, minimumEndsAt: at(40) };
	await book(at(2), (b) => void b.giveBack({ ...back, points: 20, reason: 'given_back', ref: 'x1' }), ['r4']);
	await book(
		at(3),
		(b) => void b.takeBack({ ownerId: other, ofRef: 'r2', points: 45, reason: 'taken_back', ref: 'x2' })
	);
	await book(at(4), (b) => {
		b.earn(earned(other, 12, 34, 'r5', at(6)));
		b.earn(earned(member, 11, 34, 'r6'));
	});
	await mature(db, { now: at(6), life: (from) => ({ potDays: 30, endsAt: new Date(from.getTime() + 30 * day) }) });
	await expire(db, { now: at(30) });
});

describe('the audit', () => {
	test('finds nothing in a ledger that was only ever written by the ledger', async () => {
		const { figures, findings } = await audit(db);
		expect(findings).toEqual([]);
		expect(figures).toMatchObject({ owners: 3, openHolds: 1 });
		expect(figures.outstanding).toEqual([
			{ unit: 'EUR', balance: 3800 },
			{ unit: 'points', balance: 50 + 20 + 11 + 7 }
		]);
	});

	const tampering: Record<string, string> = {
		'every transfer has exactly the entries of its sides': `delete from entries where owner_id = '${card}' and seq = 2`,
		'an entry tells what its transfer tells': `update entries set reason = 'gift' where owner_id = '${card}' and seq = 2`,
		'both sides of a transfer are kept in its unit': `update transfers set unit = 'USD' where unit = 'EUR' and amount = 1200`,
		'a balance is the sum of its entries': `update accounts set credited = credited + 1 where name = 'money'`,
		'the chain of volumes after each entry is unbroken': `update entries set credited_after = credited_after + 1 where seq = 2`,
		'an owner’s entries are numbered without gaps': `update entries set seq = 3 where owner_id = '${card}' and seq = 2`,
		'what is in a pot is what its open lots hold': `delete from lots where cumulative = 161`,
		'lots follow each other without gaps and fall due in their order': `update lots set due_at = now() - interval '9 years' where cumulative = 161`,
		'a lot came with a credit of its size': `update lots set transfer_id = 'trf_none' where cumulative = 161`,
		'no open lot falls due before its account says': `update accounts set first_due_at = last_due_at + interval '1 day' where name = 'points/30'`,
		'what is held is what open holds set aside': `update holds set amount = amount + 1`,
		'no account is below its floor, and debt is never a claim': `update accounts set credited = debited + 1 where name = 'debt'`,
		'an account that is closed is empty': `update accounts set closed_at = now() where name = 'money'`,
		'every account’s owner has a row to lock': `delete from account_owners where owner_id = '${card}'`,
		'the house and its owners add up to nothing': `update transfers set amount = amount + 1 where amount = 1200`
	};

	class Undone extends Error {}

	test.each(Object.entries(tampering))('says so when it is not true that %s', async (check, statement) => {
		const found: string[] = [];
		const look = db.transaction(async (tx) => {
			const sql = sqlOf(tx as unknown as Tx);
			const { count } = await sql.unsafe(statement);
			expect(count).toBeGreaterThan(0);
			for (const finding of (await auditWithin(tx as unknown as Tx)).findings) found.push(finding.check);
			throw new Undone();
		});
		await expect(look).rejects.toThrow(Undone);
		expect(found).toContain(check);
	});

	test('has a tampering for each of its checks', () => {
		expect(Object.keys(tampering).sort()).toEqual([...auditChecks].sort());
	});

	test('finds nothing again when the tampering is undone', async () => {
		expect((await audit(db)).findings).toEqual([]);
	});

	test('an account cannot be brought below its floor even by hand', async () => {
		await expect(client`update accounts set debited = debited + 3101 where owner_id = ${card}`).rejects.toMatchObject({
			constraint_name: 'accounts_floor'
		});
	});
});
