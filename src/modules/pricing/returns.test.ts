import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cardsBack, returnOf, typesBack, type SoldLine } from './index.ts';

const line = (more: Partial<SoldLine> = {}): SoldLine => ({
	position: 1,
	quantity: 3000,
	returned: 0,
	netCents: 1000,
	taxCents: 70,
	pointsPaidCents: 0,
	pointsSpent: 0,
	giftCardCents: 0,
	toPayCents: 1000,
	pointsEarned: 10,
	...more
});

test('three pieces come back one by one and give back the whole', () => {
	const back = [0, 1000, 2000].map((returned) => returnOf([line({ returned })], [{ position: 1, quantity: 1000 }]));
	expect(back.map((one) => [one.refundCents, one.pointsTakenBack])).toEqual([
		[333, 3],
		[333, 3],
		[334, 4]
	]);
});

test('everything means what has not come back yet', () => {
	const sold = [line({ returned: 1000 }), line({ position: 2, returned: 3000 }), line({ position: 3 })];
	const back = returnOf(sold, 'everything');
	expect(back.lines.map((one) => [one.position, one.fromThousandths, one.toThousandths, one.refundCents])).toEqual([
		[1, 1000, 3000, 667],
		[3, 0, 3000, 1000]
	]);
	expect(back).toMatchObject({ netCents: 1667, refundCents: 1667, problems: [] });
});

test('each way of paying gets its own part back', () => {
	const paid = line({ quantity: 2000, pointsPaidCents: 301, pointsSpent: 602, giftCardCents: 399, toPayCents: 300 });
	expect(returnOf([paid], [{ position: 1, quantity: 1000 }])).toMatchObject({
		netCents: 500,
		pointsPaidCents: 150,
		pointsGivenBack: 301,
		giftCardCents: 199,
		refundCents: 151,
		pointsTakenBack: 5
	});
});

test.each([
	[[], 'return.nothing_chosen', {}],
	[[{ position: 9, quantity: 1000 }], 'return.line_unknown', { position: 9 }],
	[[{ position: 1, quantity: 0 }], 'return.quantity_invalid', { position: 1 }],
	[[{ position: 1, quantity: -1000 }], 'return.quantity_invalid', { position: 1 }],
	[[{ position: 1, quantity: 0.5 }], 'return.quantity_invalid', { position: 1 }],
	[[{ position: 1, quantity: NaN }], 'return.quantity_invalid', { position: 1 }],
	[
		[{ position: 1, quantity: 2001 }],
		'return.too_many',
		{ position: 1, soldThousandths: 3000, leftThousandths: 2000, givenThousandths: 2001 }
	],
	[
		[
			{ position: 1, quantity: 1000 },
			{ position: 1, quantity: 1000 }
		],
		'return.line_repeated',
		{ position: 1 }
	]
])('a return of %j is refused as a whole: %s', (request, code, details) => {
	const back = returnOf([line({ returned: 1000 }), line({ position: 2 })], request);
	expect(back.problems).toMatchObject([{ code, details }]);
	expect(back).toMatchObject({ lines: [], netCents: 0, refundCents: 0 });
});

test('when everything has come back there is nothing left', () => {
	const sold = [line({ returned: 3000 })];
	for (const request of ['everything', [{ position: 1, quantity: 1000 }]] as const)
		expect(returnOf(sold, request as 'everything').problems).toMatchObject([{ code: 'return.nothing_left' }]);
});

test('what a line gave away for nothing comes back for nothing', () => {
	expect(returnOf([line({ netCents: 0, toPayCents: 0, pointsEarned: 0 })], 'everything')).toMatchObject({
		netCents: 0,
		refundCents: 0,
		lines: [{ toThousandths: 3000 }]
	});
});

test('a stored line that was not paid exactly is our own mistake', () => {
	expect(() => returnOf([line({ toPayCents: 999 })], 'everything')).toThrow('paid exactly');
});

const amount = fc.integer({ min: 0, max: 3000 });
const soldLine = fc
	.record({ quantity: fc.integer({ min: 1, max: 5000 }), tenders: fc.tuple(amount, amount, amount), points: amount })
	.map(({ quantity, tenders: [points, gift, pay], points: earned }): SoldLine => ({
		position: 1,
		quantity,
		returned: 0,
		netCents: points + gift + pay,
		taxCents: Math.floor((points + gift + pay) / 7),
		pointsPaidCents: points,
		pointsSpent: points * 2,
		giftCardCents: gift,
		toPayCents: pay,
		pointsEarned: earned
	}));
const figures = [
	'netCents',
	'taxCents',
	'pointsPaidCents',
	'giftCardCents',
	'refundCents',
	'pointsGivenBack',
	'pointsTakenBack'
] as const;

test('however a receipt comes back, the portions add up to it and none is negative', () => {
	fc.assert(
		fc.property(
			fc.array(soldLine, { minLength: 1, maxLength: 4 }),
			fc.array(fc.nat(), { maxLength: 12 }),
			(made, cuts) => {
				const sold = made.map((one, index) => ({ ...one, position: index }));
				const total = new Map<string, number>();
				const book = (back: ReturnType<typeof returnOf>) => {
					expect(back.problems).toEqual([]);
					expect(back.netCents).toBe(back.pointsPaidCents + back.giftCardCents + back.refundCents);
					for (const one of back.lines) {
						(sold[one.position] as SoldLine).returned = one.toThousandths;
						for (const figure of figures) {
							expect(one[figure]).toBeGreaterThanOrEqual(0);
							const key = `${one.position} ${figure}`;
							total.set(key, (total.get(key) ?? 0) + one[figure]);
						}
					}
				};
				for (const cut of cuts) {
					const open = sold.filter((one) => one.returned < one.quantity);
					const one = open[cut % Math.max(1, open.length)];
					if (one)
						book(returnOf(sold, [{ position: one.position, quantity: 1 + (cut % (one.quantity - one.returned)) }]));
				}
				if (sold.some((one) => one.returned < one.quantity)) book(returnOf(sold, 'everything'));
				for (const one of sold) {
					expect(figures.map((figure) => total.get(`${one.position} ${figure}`) ?? 0)).toEqual([
						one.netCents,
						one.taxCents,
						one.pointsPaidCents,
						one.giftCardCents,
						one.toPayCents,
						one.pointsSpent,
						one.pointsEarned
					]);
				}
			}
		)
	);
});

test('every gift card has exactly its own money back when all has come back', () => {
	fc.assert(
		fc.property(fc.array(amount, { minLength: 1, maxLength: 5 }), fc.array(amount, { maxLength: 8 }), (paid, cuts) => {
			const cards = paid.map((cents, index) => ({ id: `card${index}`, cents }));
			const all = paid.reduce((a, b) => a + b, 0);
			const marks = [0, ...cuts.map((cut) => Math.min(cut, all)).sort((a, b) => a - b), all];
			const back = paid.map(() => 0);
			for (let i = 1; i < marks.length; i++) {
				const [from, to] = [marks[i - 1] as number, marks[i] as number];
				const portion = cardsBack(cards, from, to);
				expect(portion.reduce((sum, { cents }) => sum + cents, 0)).toBe(to - from);
				for (const [index, { cents }] of portion.entries()) {
					expect(cents).toBeGreaterThanOrEqual(0);
					back[index] = (back[index] ?? 0) + cents;
				}
			}
			expect(back).toEqual(paid);
		})
	);
});

test('points of other types come back with the goods that earned them, those for a visit with the last of them', () => {
	const lines = fc.array(
		fc.record({
			quantity: fc.integer({ min: 1, max: 9 }),
			earned: fc.nat(50),
			cents: fc.integer({ min: 1, max: 9999 })
		}),
		{ minLength: 1, maxLength: 6 }
	);
	fc.assert(
		fc.property(lines, fc.integer({ min: 1, max: 500 }), fc.infiniteStream(fc.nat(8)), (goods, points, picks) => {
			const sold = goods.map(({ quantity, earned, cents }, position) =>
				line({ position, quantity: quantity * 1000, netCents: cents, toPayCents: cents, pointsEarned: earned })
			);
			const types = [
				{ typeId: 'stars', points, by: 'amount' as const },
				{ typeId: 'stamps', points: 2, by: 'visit' as const }
			];
			const taken = new Map<string, number>();
			const left = () => sold.filter((one) => one.returned < one.quantity);
			while (left().length > 0) {
				const one = left()[picks.next().value % left().length];
				if (!one) break;
				expect(taken.get('stamps')).toBe(undefined);
				const back = returnOf(sold, [{ position: one.position, quantity: 1000 }]);
				for (const { typeId, points: some } of typesBack(types, sold, back))
					taken.set(typeId, (taken.get(typeId) ?? 0) + some);
				one.returned += 1000;
			}
			expect(Object.fromEntries(taken)).toEqual({ stars: points, stamps: 2 });
		})
	);
});
