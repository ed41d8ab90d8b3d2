import { expect, it } from 'vitest';
import { csvLine } from './csv.ts';

it('a line keeps quotes, commas and line ends inside its cells', () => {
	expect(csvLine(['plain', 'a "b"', 'c,d', 'e\nf', 3, null])).toBe('plain,"a ""b""","c,d","e\nf",3,\r\n');
});

it.each(['=1+1', '+49', '-5', '@SUM(A1)', '\tx', '\rx'])('a name such as %j is no formula', (name) => {
	expect(csvLine([name]).replace(/^"/, '').startsWith("'")).toBe(true);
});

it('a number is a number, also a negative one', () => {
	expect(csvLine([-5])).toBe('-5\r\n');
});
