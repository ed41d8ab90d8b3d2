import fc from 'fast-check';
import { expect, test } from 'vitest';
import { identify } from '#checkout/server';
import { withCheck } from '#core/codes';
import { Refusal } from '#core/refusal';
import { codeOfStep, rotatingCode, staticCode, stepOf } from '#customers';
import { claimMemberCodes, codeFor, readMemberCode, verifyMemberCodes, type CodeScan } from '#customers/server';
import { inTransaction } from '#platform/db';
import { testDatabase } from '../support/database.ts';
import { aMember, openShop, testSettings } from '../support/shop.ts';

/** Codes that are scanned at the same moment are read as if they had come one by one. */
const { db, client, url } = await testDatabase();
testSettings(url);
const now = new Date('2026-03-02T10:00:00Z');
const shop = await openShop(db, now);

interface Wallet {
	memberId: string;
	number: string;
	secret: string;
}

async function aWallet(): Promise<Wallet> {
	const memberId = await aMember(db, now);
	return { memberId, ...(await inTransaction(db, (tx) => codeFor(tx, memberId))) };
}

const aWish = fc.record({
	whose: fc.constantFrom(0, 0, 1),
	device: fc.constantFrom(0, 0, 1, 2),
	code: fc.constantFrom('rotating', 'rotating', 'rotating', 'static', 'forged', 'unknown', 'mistyped' as const),
	step: fc.constantFrom(0, 0, 0, 1, -1, 2, -3),
	allowStatic: fc.boolean()
});
type Wish = typeof aWish extends fc.Arbitrary<infer T> ? T : never;

function scanOf(wallets: readonly Wallet[], { whose, device, code, step, allowStatic }: Wish): CodeScan {
	const { number, secret } = wallets[whose] as Wallet;
	const text = {
		rotating: codeOfStep(number, secret, stepOf(now) + step),
		// What somebody makes who knows the number and not the secret.
		forged: codeOfStep(number, secret.replace(/./g, '0'), stepOf(now) + step),
		static: staticCode(number),
		unknown: withCheck('M2222222222'),
		mistyped: staticCode(number).replace(/.$/, (check) => (check === '2' ? '3' : '2'))
	}[code];
	return { text, deviceId: `dev_${device}`, allowStatic, now };
}

const told = (wallets: readonly Wallet[], answer: Awaited<ReturnType<typeof claimMemberCodes>>[number]) =>
	answer instanceof Refusal
		? { code: answer.code, details: answer.details }
		: { via: answer.via, whose: wallets.findIndex(({ memberId }) => memberId === answer.member.id) };

/** Which tablet has which step of whom. */
async function usesOf(wallets: readonly Wallet[]) {
	const ids = wallets.map(({ memberId }) => memberId);
	const rows = await client`select member_id, step, device_id from member_code_uses where member_id in ${client(ids)}`;
	return rows.map((row) => `${ids.indexOf(row.member_id)} ${row.step} ${row.device_id}`).sort();
}

test('codes that are scanned at once are answered as one by one, and leave the same behind', async () => {
	const met = new Set<string>();
	await fc.assert(
		fc.asyncProperty(
			fc.array(fc.array(aWish, { minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 3 }),
			async (batches) => {
				const [one, all] = [
					[await aWallet(), await aWallet()],
					[await aWallet(), await aWallet()]
				];
				for (const wishes of batches) {
					const expected: unknown[] = [];
					for (const wish of wishes) {
						const { text, now: at, ...by } = scanOf(one, wish);
						const answer = await readMemberCode(db, text, by, at).catch((error: unknown) => error as Refusal);
						expected.push(told(one, answer));
					}
					const answers = await claimMemberCodes(
						db,
						await verifyMemberCodes(
							db,
							wishes.map((wish) => scanOf(all, wish))
						)
					);
					expect(answers.map((answer) => told(all, answer))).toEqual(expected);
					for (const answer of answers) met.add(answer instanceof Refusal ? answer.code : answer.via);
				}
				expect(await usesOf(all)).toEqual(await usesOf(one));
			}
		),
		{ numRuns: 60 }
	);
	// Each kind of answer was met, so that the comparison was one.
	expect([...met].sort()).toEqual(
		[
			'rotating',
			'static',
			...['already_scanned', 'clock_wrong', 'expired', 'mistyped', 'static_not_accepted', 'unknown'].map(
				(why) => `member_code.${why}`
			)
		].sort()
	);
}, 120_000);

test('of twelve tablets that scan forty codes at once, each code is good at exactly one', async () => {
	const wallets = await Promise.all(Array.from({ length: 40 }, aWallet));
	const tries = Array.from({ length: 12 }, (_, n) => `dev_many_${n}`).flatMap((deviceId, n) =>
		// Each tablet comes to them in another order.
		wallets.map((_, place) => ({ deviceId, wallet: wallets[(place * (n + 1) * 3 + n) % 40] as Wallet }))
	);
	const good = await Promise.all(
		tries.map(async ({ deviceId, wallet: { number, secret } }) => {
			const command = { text: rotatingCode(number, secret, now), wanted: null, deviceId, storeId: shop.storeId };
			try {
				const seen = await identify(db, command, now);
				return [`${seen.kind === 'member' && seen.member.fact.id} ${deviceId}`];
			} catch (error) {
				expect(error).toMatchObject({ code: 'member_code.already_scanned' });
				return [];
			}
		})
	);
	const winners = new Set(good.flat());
	expect(winners.size).toBe(40);
	expect(new Set([...winners].map((one) => one.split(' ')[0])).size).toBe(40);
	const rows = await client`select member_id, device_id from member_code_uses where device_id like 'dev_many_%'`;
	expect(rows.map((row) => `${row.member_id} ${row.device_id}`).sort()).toEqual([...winners].sort());
});
