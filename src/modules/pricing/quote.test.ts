import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { right, shop, wishes } from '../../../tests/support/chance-quotes.ts';
import { noon } from '../../../tests/support/pricing.ts';
import { agreed } from './fingerprint.ts';
import { quote, returnOf, type Ask, type Facts, type Quote } from './index.ts';

const errand = fc.tuple(wishes, shop);
const total = <T>(things: readonly T[], of: (thing: T) => number) => things.reduce((sum, thing) => sum + of(thing), 0);
const stepsOf = (quoted: Quote, ...codes: string[]) => quoted.steps.filter((step) => codes.includes(step.code));

const check = (what: (quoted: Quote, ask: Ask, facts: Facts) => void, runs = 100) =>
	fc.assert(
		fc.property(errand, ([ask, facts]) => {
			what(quote(ask, facts, noon), ask, facts);
		}),
		{ numRuns: runs }
	);

describe('whatever is asked', () => {
	test('the lines add up to the totals, and nothing is negative or no whole number', () => {
		const figures = [
			'listCents',
			'discountCents',
			'pointsPaidCents',
			'pointsSpent',
			'giftCardCents',
			'toPayCents',
			'pointsEarned'
		] as const;
		check((quoted, _, { store }) => {
			const added = (one: { taxCents: number }) => (store.taxes?.included === false ? one.taxCents : 0);
			for (const figure of figures)
				expect(
					total(quoted.lines, (one) => one[figure]),
					figure
				).toBe(quoted[figure]);
			const broken = quoted.lines.filter(
				(one) =>
					figures.some((figure) => !Number.isSafeInteger(one[figure]) || one[figure] < 0) ||
					one.netCents !== one.listCents - one.discountCents + added(one) ||
					one.netCents !== one.pointsPaidCents + one.giftCardCents + one.toPayCents ||
					one.discountCents !== total(one.discounts, ({ cents }) => cents)
			);
			expect(broken).toEqual([]);
			expect(quoted.totalCents).toBe(quoted.listCents - quoted.discountCents + quoted.taxAddedCents);
			expect(quoted.taxAddedCents).toBe(total(quoted.lines, added));
			expect(total(quoted.taxes, ({ cents }) => cents)).toBe(total(quoted.lines, ({ taxCents }) => taxCents));
			expect(total(quoted.taxes, ({ cents, netCents }) => cents + netCents)).toBe(
				total(
					quoted.lines.filter(({ taxId }) => taxId !== null),
					({ netCents }) => netCents
				)
			);
			expect(quoted.totalCents).toBe(quoted.pointsPaidCents + quoted.giftCardCents + quoted.toPayCents);
			expect(quoted.giftCardCents).toBe(total(quoted.giftCards, ({ cents }) => cents));
			const sold = quoted.lines.filter(({ giftCard }) => giftCard);
			expect(quoted.cardsSoldCents).toBe(total(sold, ({ toPayCents }) => toPayCents));
			expect(sold.filter((one) => one.toPayCents !== one.listCents)).toEqual([]);
			for (const { id, cents } of quoted.applied) {
				const off = total(quoted.lines, (one) => total(one.discounts, (by) => (by.rightId === id ? by.cents : 0)));
				expect(off).toBe(cents);
				expect(cents).toBeGreaterThan(0);
			}
		});
	});

	test('the explanation explains every cent and every point', () => {
		check((quoted) => {
			const cents = (...codes: string[]) => total(stepsOf(quoted, ...codes), (step) => step.cents);
			expect(cents('priced')).toBe(quoted.listCents);
			const off = quoted.steps.filter(({ rightId }) => rightId !== null);
			expect(total(off, (step) => step.cents)).toBe(quoted.discountCents);
			expect(off.map(({ rightId, cents }) => ({ id: rightId, cents }))).toEqual(
				quoted.applied.map(({ id, cents }) => ({ id, cents }))
			);
			expect(cents('tax_added')).toBe(quoted.taxAddedCents);
			expect(cents('paid_with_points')).toBe(quoted.pointsPaidCents);
			expect(total(stepsOf(quoted, 'paid_with_points'), (step) => step.points)).toBe(quoted.pointsSpent);
			expect(cents('paid_with_gift_card')).toBe(quoted.giftCardCents);
			expect(cents('to_pay')).toBe(quoted.toPayCents);
			const earned = stepsOf(quoted, 'earned', 'earned_pending');
			expect(total(earned, (step) => step.points)).toBe(quoted.pointsEarned);
			const not = quoted.steps.filter((step) => step.code.startsWith('not_earning'));
			expect(total(earned, (step) => step.details.baseCents as number) + total(not, (step) => step.cents)).toBe(
				quoted.totalCents
			);
			expect(quoted.steps.filter((step) => step.cents < 0 || step.points < 0)).toEqual([]);
		});
	});

	test('nobody pays with more than they have, and only as the rules allow', () => {
		check((quoted, ask, facts) => {
			const { spend } = facts.programme.rules;
			for (const { id, cents, leftCents } of quoted.giftCards) {
				const fact = facts.giftCards.find((one) => one.id === id);
				expect(fact).toMatchObject({ state: 'active', currency: 'EUR', availableCents: cents + leftCents });
				expect(leftCents).toBeGreaterThanOrEqual(0);
			}
			expect(quoted.pointsSpent).toBeLessThanOrEqual(quoted.pointsRange.maximum);
			if (quoted.pointsSpent === 0) {
				expect(quoted.pointsPaidCents).toBe(0);
				return;
			}
			expect(ask.memberId).toBe('anna');
			expect(spend.enabled).toBe(true);
			expect(quoted.pointsSpent).toBeLessThanOrEqual(facts.member?.spendablePoints ?? 0);
			expect(quoted.pointsSpent).toBeLessThanOrEqual(spend.maximumPoints ?? Infinity);
			expect(quoted.pointsSpent).toBeGreaterThanOrEqual(quoted.pointsRange.minimum);
			expect(quoted.pointsSpent % spend.stepPoints).toBe(0);
			expect(quoted.pointsPaidCents).toBe(Math.floor((quoted.pointsSpent * spend.worthCents) / spend.worthPoints));
			expect(quoted.pointsPaidCents * 100).toBeLessThanOrEqual(quoted.totalCents * spend.maximumSharePercent);
			const fewer = quoted.pointsSpent - spend.stepPoints;
			if (fewer >= quoted.pointsRange.minimum)
				expect(Math.floor((fewer * spend.worthCents) / spend.worthPoints)).toBeLessThan(quoted.pointsPaidCents);
		});
	});

	test('every right is listed once: applied, possible or refused; every fault is said', () => {
		check((quoted, ask, facts) => {
			const listed = [...quoted.applied, ...quoted.possible, ...quoted.refused.filter((one) => !one.asked)];
			const asked = new Set(ask.rightIds);
			for (const { id } of facts.rights) {
				const times = listed.filter((one) => one.id === id).length;
				if (!asked.has(id)) expect(times).toBe(1);
			}
			expect(quoted.applied.length + quoted.refused.filter((one) => one.asked).length).toBe(ask.rightIds.length);
			if (quoted.lines.length < ask.basket.lines.length) expect(quoted.problems.length).toBeGreaterThan(0);
		});
	});

	test('the same question has the same answer, and nothing given is changed', () => {
		fc.assert(
			fc.property(errand, ([ask, facts]) => {
				const before = JSON.stringify([ask, facts]);
				const first = quote(ask, facts, noon);
				expect(quote(ask, facts, noon)).toEqual(first);
				expect(JSON.stringify([ask, facts])).toBe(before);
			})
		);
	});

	test('a quote travels as JSON without loss', () => {
		check((quoted) => expect(JSON.parse(JSON.stringify(quoted))).toEqual(quoted));
	});
});

describe('what does not matter', () => {
	test('a right that nobody asks for changes nothing but what is possible', () => {
		fc.assert(
			fc.property(errand, right('r9'), ([ask, facts], more) => {
				const { possible: _, refused: __, ...without } = quote(ask, facts, noon);
				const { possible, refused, ...with_ } = quote(ask, { ...facts, rights: [more, ...facts.rights] }, noon);
				expect(with_).toEqual(without);
				expect([...possible, ...refused].filter((one) => one.id === 'r9')).toHaveLength(1);
			})
		);
	});

	test('the order of facts and facts of no one asked for', () => {
		fc.assert(
			fc.property(errand, ([ask, facts]) => {
				const turned: Facts = {
					...facts,
					rights: [...facts.rights].reverse(),
					giftCards: [...facts.giftCards].reverse(),
					products: Object.fromEntries(Object.entries(facts.products).reverse())
				};
				expect(quote(ask, turned, noon).fingerprint).toBe(quote(ask, facts, noon).fingerprint);
			})
		);
	});

	test('what a right promises to save is what it saves', () => {
		check((quoted, ask, facts) => {
			for (const { id, cents } of quoted.possible) {
				const alone = quote({ ...ask, rightIds: [id] }, facts, noon);
				expect(alone).toMatchObject({ discountCents: cents, applied: [{ id, cents }] });
			}
		});
	});

	test('the most that points can pay can be asked for by its number', () => {
		check((quoted, ask, facts) => {
			const { maximum } = quoted.pointsRange;
			const [by, most] = [maximum, 'most' as const].map((points) => quote({ ...ask, points }, facts, noon));
			expect(by).toEqual(most);
			expect(by?.pointsSpent).toBe(maximum);
		});
	});
});

describe('more of one thing', () => {
	test('a right never makes the basket dearer', () => {
		check((quoted, ask, facts) => {
			expect(quoted.totalCents).toBeLessThanOrEqual(quote({ ...ask, rightIds: [] }, facts, noon).totalCents);
		});
	});

	test('more points at hand never leave more to pay', () => {
		check((_, ask, facts) => {
			if (!facts.member) return;
			const with_ = (more: number) =>
				quote(
					{ ...ask, points: 'most', giftCards: [] },
					{ ...facts, member: { ...facts.member!, spendablePoints: facts.member!.spendablePoints + more } },
					noon
				);
			expect(with_(500).toPayCents).toBeLessThanOrEqual(with_(0).toPayCents);
		});
	});

	test('a further line never lowers the list price, and without discounts and payments never what is earned', () => {
		check((_, ask, facts) => {
			const bare: Ask = { ...ask, rightIds: [], giftCards: [], points: 0 };
			const more = { ...bare, basket: { ...bare.basket, lines: [...bare.basket.lines.slice(0, 30)] } };
			const less = quote(more, facts, noon);
			more.basket.lines.push({
				key: 'one more',
				productId: 'cake',
				name: null,
				categoryId: null,
				quantity: 1000,
				unitCents: 0
			});
			const grown = quote(more, facts, noon);
			expect(grown.listCents).toBeGreaterThanOrEqual(less.listCents);
			expect(grown.pointsEarned).toBeGreaterThanOrEqual(less.pointsEarned);
		});
	});
});

describe('the fingerprint', () => {
	const plain = (quoted: Quote) => JSON.stringify(agreed(quoted));

	test('two quotes have the same one exactly when the same was agreed', () => {
		fc.assert(
			fc.property(errand, errand, fc.nat(5), ([ask, facts], [otherAsk, otherFacts], part) => {
				// Neighbours: the same errand with one part of another.
				const neighbour: [Ask, Facts] = [
					[{ ...ask, points: otherAsk.points }, facts],
					[{ ...ask, rightIds: otherAsk.rightIds }, facts],
					[{ ...ask, giftCards: otherAsk.giftCards }, facts],
					[ask, { ...facts, programme: otherFacts.programme }],
					[ask, { ...facts, rights: otherFacts.rights, giftCards: otherFacts.giftCards }],
					[otherAsk, otherFacts]
				][part] as [Ask, Facts];
				const a = quote(ask, facts, noon);
				const b = quote(neighbour[0], neighbour[1], noon);
				expect(a.fingerprint === b.fingerprint).toBe(plain(a) === plain(b));
			}),
			{ numRuns: 300 }
		);
	});

	test('it is short, and one cent changes it', () => {
		check((quoted) => {
			expect(quoted.fingerprint).toMatch(/^[0-9a-f]{32}$/);
		}, 50);
		const seen = new Set<string>();
		const facts = fc.sample(shop, { numRuns: 1, seed: 1 })[0] as Facts;
		for (let unitCents = 1; unitCents <= 1000; unitCents++) {
			const one = { key: 'a', productId: null, name: null, categoryId: null, quantity: 1000, unitCents };
			const asked: Ask = {
				memberId: null,
				basket: { currency: 'EUR', lines: [one] },
				rightIds: [],
				giftCards: [],
				points: 0
			};
			seen.add(quote(asked, facts, noon).fingerprint);
		}
		expect(seen.size).toBe(1000);
	});
});

test('a receipt that comes back whole gives back what the quote took', () => {
	check((quoted) => {
		if (quoted.lines.length === 0) return;
		const sold = quoted.lines.map((one, position) => ({ ...one, position, returned: 0 }));
		expect(returnOf(sold, 'everything')).toMatchObject({
			netCents: quoted.totalCents,
			pointsPaidCents: quoted.pointsPaidCents,
			pointsGivenBack: quoted.pointsSpent,
			giftCardCents: quoted.giftCardCents,
			refundCents: quoted.toPayCents,
			pointsTakenBack: quoted.pointsEarned,
			problems: []
		});
	});
});
