import { expect, test } from 'vitest';
import { isStorable } from './text.ts';

test.each([
	['plain words in any script', 'Bread, хлеб, 面包, نان 🍞\n\t'],
	['nothing', null],
	['what is no text', [1, true, undefined, new Date(0), { at: 0n }]],
	['nested data', { lines: [{ name: 'Bread', quantity: 1000 }] }]
])('%s can be written down', (_, data) => {
	expect(isStorable(data)).toBe(true);
});

test.each([
	['the character zero', 'Bread\0'],
	['the first half of a pair', 'Bread \ud83c'],
	['the second half of a pair', '\udf5e'],
	['halves the wrong way round', '\udf5e\ud83c'],
	['it deep inside', { lines: [{ name: 'Bread' }, { name: 'Br\0ead' }] }],
	['it in the name of a field', { 'na\0me': 1 }]
])('%s cannot', (_, data) => {
	expect(isStorable(data)).toBe(false);
});

test('a hundred thousand brackets exhaust nothing', () => {
	let data: unknown = 'Bread';
	for (let depth = 0; depth < 100_000; depth++) data = [data];
	expect(isStorable(data)).toBe(true);
});
