import { expect, test } from 'vitest';
import { growthCells, growthOf, growthSentence, type Held, type Look } from './till-growth.ts';

const held: Held = { heap: 6.3, nodes: 2800, listeners: 123, documents: 2, kept: 16, stored: 0, resources: 134 };

/** @param more what the nth look finds beside what is always there */
const looks = (count: number, more: (nth: number) => Partial<Held> = () => ({})): Look[] =>
	Array.from({ length: count }, (_, nth) => ({ sales: nth * 50, hours: nth * 6, held: { ...held, ...more(nth) } }));

const growing = (seen: Look[]) => growthOf(seen).flatMap(({ figure, grows }) => (grows ? [figure] : []));

test('a till that holds the same after each look does not grow', () => {
	const seen = looks(12);
	expect(growing(seen)).toEqual([]);
	expect(growthSentence(seen, growthOf(seen))).toBe(
		'A till that was open for 66 hours and made 550 sales does not grow.'
	);
});

test('a listener that each hundredth sale leaves behind is found, and named', () => {
	const seen = looks(12, (nth) => ({ listeners: 123 + Math.floor(nth / 2) }));
	expect(growing(seen)).toEqual(['listeners']);
	expect(growthSentence(seen, growthOf(seen))).toBe(
		'A till that was open for 66 hours and made 550 sales grows: listeners.'
	);
});

test('memory that every sale takes a little of grows by so much in a hundred sales', () => {
	const growth = growthOf(looks(12, (nth) => ({ heap: 6 + nth / 10 })));
	expect(growth[0]).toMatchObject({ figure: 'heap', grows: true, most: 7.1 });
	expect(growth[0]?.slope).toBeCloseTo(0.2);
	expect(growthCells(growth)[1]).toEqual(['script memory, MB', '6.15', '6.95', '7.10', '+0.20', 'GROWS']);
});

test('what is filled at the beginning, and what goes up and down, does not grow', () => {
	expect(growing(looks(12, (nth) => ({ nodes: nth < 3 ? 2400 + nth * 200 : 2850 })))).toEqual([]);
	expect(growing(looks(12, (nth) => ({ heap: 6 + (nth % 3) })))).toEqual([]);
});

test('a figure that a browser does not tell is left out, and a few looks tell nothing', () => {
	expect(growthOf(looks(12, () => ({ stored: undefined }))).map(({ figure }) => figure)).not.toContain('stored');
	const few = looks(5);
	expect(growthOf(few)).toEqual([]);
	expect(growthSentence(few, growthOf(few))).toBe('Too little was seen to tell: six looks are needed.');
});
