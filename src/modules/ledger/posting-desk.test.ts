import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { inTransaction } from '#platform/db';
import { testDatabase } from '../../../tests/support/database.ts';
import { audit } from './audit.server.ts';
import { openBook } from './book.server.ts';
import { postTo } from './postings.server.ts';
import { postPlain } from './plain.server.ts';
import { postAll, type Posting, type PostingAnswer } from './post.server.ts';
import { openPostingDesk } from './posting-desk.server.ts';

const { db, client } = await testDatabase();
const now = new Date('2026-03-01T10:00:00Z');
const money = { name: 'money', unit: 'EUR', reason: 'charged', ref: null, counterName: 'giftcards/charged' };

/** Cards with 100 each: plain ones, one with something set aside, one whose movements are another's, one without floor. */
async function cards(world: string): Promise<void> {
	const id = (n: number) => `${world}_card${n}`;
	await inTransaction(db, async (tx) => {
		const book = await openBook(tx, [0, 1, 2, 3, 4].map(id), now, { lock: true });
		for (const n of [0, 1, 2, 3, 4]) {
			book.openAccount({ ownerId: id(n), name: 'money', unit: 'EUR', floor: n === 4 ? null : 0 });
			book.credit({ ownerId: id(n), ...money, amount: 100 });
		}
		book.hold({ ownerId: id(1), ...money, amount: 30, expiresAt: new Date(now.getTime() + 1000) });
		await book.write(tx);
	});
	await inTransaction(db, async (tx) => {
		await openBook(tx, [id(2), `${world}_purse`], now, { lock: true, own: true });
		await postTo(tx, [id(2)], `${world}_purse`);
	});
}

const aPosting = fc.record({
	verb: fc.constantFrom('debit' as const, 'debit' as const, 'credit' as const, 'move' as const, 'open' as const),
	card: fc.integer({ min: 0, max: 5 }),
	to: fc.integer({ min: 0, max: 5 }),
	amount: fc.constantFrom(1, 7, 30, 70, 90, 100, 0, -5, 1.5, 1e12),
	unit: fc.constantFrom('EUR', 'EUR', 'EUR', 'EUR', 'USD'),
	key: fc.option(fc.integer({ min: 0, max: 6 }), { nil: undefined })
});
type Drawn = typeof aPosting extends fc.Arbitrary<infer T> ? T : never;

function postingIn(world: string, { verb, card, to, amount, unit, key }: Drawn): Posting {
	const ownerId = `${world}_card${card}`;
	const named = key === undefined ? {} : { transferId: `${world}_key${key}` };
	const what = { ...money, unit, amount, ...named };
	const { name, counterName, ...rest } = what;
	const other = `${world}_card${to === card ? (to + 1) % 6 : to}`;
	if (verb === 'move') return { verb, from: { ownerId, name }, to: { ownerId: other, name }, ...rest };
	if (verb === 'open') return { verb: 'credit', open: { floor: 0 }, ownerId, ...what };
	return { verb, ownerId, ...what };
}

/** An answer without the ids that were made for it. */
const told = (answer: PostingAnswer) =>
	answer.ok ? { replayed: answer.replayed, balance: answer.balance } : answer.refusal;

const historyOf = async (world: string) =>
	(
		await client`select substr(owner_id, length(${world}) + 1) as owner, seq, name, amount, credited_after, debited_after
			from entries where owner_id like ${`${world}%`} order by 1, 2`
	).map((row) => ({ ...row }));

let worlds = 0;

describe('the posting desk', () => {
	test('answers a crowd exactly as one by one, and leaves the same books', async () => {
		let plain = 0;
		await fc.assert(
			fc.asyncProperty(fc.array(aPosting, { minLength: 1, maxLength: 40 }), async (drawn) => {
				worlds += 1;
				const [one, all] = [`one${worlds}`, `all${worlds}`];
				await cards(one);
				await cards(all);
				const expected: PostingAnswer[] = [];
				for (const posting of drawn) expected.push(...(await postAll(db, [postingIn(one, posting)], now)));
				const desk = openPostingDesk(db);
				const answers = await Promise.all(drawn.map((posting) => desk.post(postingIn(all, posting), now)));
				expect(answers.map(told)).toEqual(expected.map(told));
				expect(await historyOf(all)).toEqual(await historyOf(one));
				plain += answers.filter((answer) => answer.ok).length;
			}),
			{ numRuns: 60 }
		);
		expect(plain).toBeGreaterThan(100);
	}, 120_000);

	test('posts what is plain in one statement, also many for one card', async () => {
		await cards('plain');
		const debit = (amount: number): Posting => ({ verb: 'debit', ownerId: 'plain_card0', ...money, amount });
		const posted = await postPlain(db, [debit(60), debit(30), debit(20), debit(1)], now);
		expect(posted.map((one) => one?.balance)).toEqual([40, 10, undefined, undefined]);
	});

	test('never leaves the integers that are exact', async () => {
		await cards('exact');
		const credit = (amount: number): Posting => ({ verb: 'credit', ownerId: 'exact_card3', ...money, amount });
		const room = Number.MAX_SAFE_INTEGER - 100;
		expect(await postPlain(db, [credit(room + 1), credit(1)], now)).toEqual([null, null]);
		const desk = openPostingDesk(db);
		const answers = await Promise.all([credit(room + 1), credit(1)].map((posting) => desk.post(posting, now)));
		expect(answers.map(told)).toMatchObject([{ code: 'ledger.amount_invalid' }, { balance: 101 }]);
	});

	test('of two servers no card pays more than is on it, and a key is used once', async () => {
		await cards('race');
		const desks = [openPostingDesk(db), openPostingDesk(db), openPostingDesk(db)];
		const answers = await Promise.all(
			Array.from({ length: 300 }, (_, n) =>
				desks[n % 3]?.post(
					{
						verb: 'debit',
						ownerId: n % 2 ? 'race_card0' : 'race_card3',
						...money,
						amount: 3,
						transferId: `race_${n % 2}_${Math.floor(n / 6)}`
					},
					now
				)
			)
		);
		const ok = answers.flatMap((answer) => (answer?.ok ? answer : []));
		expect(ok.filter(({ replayed }) => !replayed)).toHaveLength(66);
		expect(ok.every(({ balance }) => balance >= 0)).toBe(true);
		const left =
			await client`select credited - debited as left from accounts where owner_id in ('race_card0', 'race_card3')`;
		expect(left.map((row) => row.left)).toEqual([1, 1]);
	}, 60_000);

	test('left a clean ledger', async () => {
		expect((await audit(db)).findings).toEqual([]);
	});
});
