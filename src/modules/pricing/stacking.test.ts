import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ask, facts, noon, of, right } from '../../../tests/support/pricing.ts';
import { clashOf, isClash, quote, type BasketLine, type Effect, type Right } from './index.ts';

const together = { kind: 'together' } as const;
const group = (name: string) => ({ kind: 'group', group: name }) as const;
const one = (id: string, effect: Effect, stacking: Right['stacking'] = together): Right =>
	right({ id, sourceId: `voucher ${id}`, title: id, effect, stacking });
const tenth: Effect = { kind: 'percent', percent: 10, capCents: null };
const five: Effect = { kind: 'amount', cents: 500 };
const freeBun: Effect = { kind: 'free_product', productIds: ['bun'], quantity: 1000 };

const priced = (rights: Right[], lines: BasketLine[] = [of('cake'), of('bun')]) =>
	quote(ask(lines, { rightIds: rights.map(({ id }) => id) }), facts({ rights }), noon);

test('things are made free first, then percentages are taken, then amounts, whatever was scanned first', () => {
	const rights = [one('five', five), one('tenth', tenth), one('bun', freeBun)];
	for (const order of [rights, [...rights].reverse()]) {
		const { applied, discountCents, steps } = priced(order);
		expect(applied.map(({ id, cents }) => [id, cents])).toEqual([
			['bun', 99],
			['tenth', 250],
			['five', 500]
		]);
		expect(discountCents).toBe(849);
		expect(steps.filter(({ rightId }) => rightId).map(({ rightId }) => rightId)).toEqual(['bun', 'tenth', 'five']);
	}
});

test('one that stands alone goes with nobody, and the refusal names the other', () => {
	const { applied, refused } = priced([one('tenth', tenth), one('five', five, { kind: 'alone' })]);
	expect(applied.map(({ id }) => id)).toEqual(['tenth']);
	expect(refused).toMatchObject([
		{ id: 'five', refusal: { code: 'voucher.one_per_receipt', details: { title: 'tenth' } } }
	]);
});

test('of a group only one counts, and other groups go with it', () => {
	const rights = [one('a', tenth, group('spring')), one('b', five, group('spring')), one('c', five, group('staff'))];
	const { applied, refused } = priced(rights);
	expect(applied.map(({ id }) => id)).toEqual(['a', 'c']);
	expect(refused[0]?.refusal).toMatchObject({
		code: 'voucher.one_of_group',
		details: { title: 'a', group: 'spring' }
	});
});

test('two codes of one voucher do not go together', () => {
	const [a, b] = [one('a', five), { ...one('b', five), sourceId: 'voucher a' }];
	expect(priced([a, b]).refused[0]?.refusal.code).toBe('voucher.one_of_its_kind');
	expect(clashOf(a, b)).toBe('one_of_its_kind');
});

test('a piece is made free or cheaper once', () => {
	const cheap: Effect = { kind: 'fixed_price', cents: 50, quantity: null };
	const { lines, applied } = priced([one('bun', freeBun), one('cheap', cheap)], [of('bun', 3)]);
	expect(applied.map(({ id, cents }) => [id, cents])).toEqual([
		['bun', 99],
		['cheap', 98]
	]);
	expect(lines[0]?.netCents).toBe(100);
	const { refused } = priced([one('bun', freeBun), one('again', freeBun)], [of('bun')]);
	expect(refused).toMatchObject([{ id: 'again', refusal: { code: 'voucher.gives_nothing' } }]);
});

test('one that finds nothing left makes room for what it kept away', () => {
	const wholeCake: Effect = { kind: 'free_product', productIds: ['cake'], quantity: 1000 };
	const rights = [
		one('five', five, group('spring')),
		one('tenth', tenth, group('spring')),
		one('cake', wholeCake),
		one('last', { kind: 'amount', cents: 99_999 }, group('staff'))
	];
	const { applied, refused, totalCents } = priced(rights, [of('cake')]);
	// The cake is free: nothing is left for anybody else, and nobody is refused for the sake of one who is refused.
	expect(applied.map(({ id }) => id)).toEqual(['cake']);
	expect(refused.map(({ refusal }) => refusal.code)).toEqual(Array(3).fill('voucher.gives_nothing'));
	expect(totalCents).toBe(0);
});

describe('whatever goes together', () => {
	const effect = fc.constantFrom<Effect>(
		tenth,
		five,
		freeBun,
		{ kind: 'cheapest_free', of: 2, free: 1 },
		{ kind: 'n_for_m', of: 3, pay: 2, sets: 1 },
		{ kind: 'fixed_price', cents: 200, quantity: 2000 }
	);
	const stacking = fc.constantFrom<Right['stacking']>(together, together, { kind: 'alone' }, group('a'), group('b'));
	const rights = fc
		.array(fc.tuple(effect, stacking), { minLength: 1, maxLength: 5 })
		.map((all) => all.map(([one_, how], place) => one(`r${place}`, one_, how)));
	const lines = fc
		.array(fc.tuple(fc.constantFrom('bun', 'cake', 'coffee', 'apples'), fc.integer({ min: 1, max: 4 })), {
			maxLength: 5
		})
		.map((all) => all.map(([id, pieces], place) => of(id, pieces, { key: `l${place}` })));

	test('no two that clash are applied, no line costs less than nothing, and every refusal names one that is applied', () => {
		fc.assert(
			fc.property(rights, lines, (asked, goods) => {
				const { applied, refused, lines: priced_ } = priced(asked, goods);
				const used = applied.map(({ id }) => asked.find((right_) => right_.id === id) as Right);
				for (const [place, a] of used.entries())
					for (const b of used.slice(place + 1)) expect(clashOf(a, b)).toBeNull();
				for (const line of priced_) expect(line.netCents).toBeGreaterThanOrEqual(0);
				for (const { refusal } of refused)
					if (isClash(refusal.code)) expect(applied.map(({ title }) => title)).toContain(refusal.details.title);
			}),
			{ numRuns: 300 }
		);
	});

	test('the order of scanning does not matter where everything goes together', () => {
		fc.assert(
			fc.property(rights, lines, (asked, goods) => {
				// Two of one stage share their goods in the order of scanning: one of each stage is left here.
				const stageless = asked.filter(
					({ effect: { kind } }, place) =>
						asked.findIndex((other) => stage(other.effect.kind) === stage(kind)) === place
				);
				const open = stageless.map((each) => ({ ...each, stacking: together }));
				const by = (order: Right[]) => priced(order, goods).totalCents;
				expect(by([...open].reverse())).toBe(by(open));
			})
		);
	});
	const stage = (kind: Effect['kind']) => (kind === 'percent' || kind === 'amount' ? kind : 'things');
});
