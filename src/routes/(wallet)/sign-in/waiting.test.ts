import { expect, test } from 'vitest';
import { waitingIn } from './waiting.ts';

const sent = Date.parse('2026-11-22T10:00:00Z');
const at = (minutes: number) => new Date(sent + minutes * 60_000);

test('a page that is loaded again knows where the code went, for as long as the code is good', () => {
	const cookie = `${sent} 10 ada@example.com`;
	expect(waitingIn(cookie, at(9))).toEqual({ email: 'ada@example.com', sentAt: sent, validMinutes: 10 });
	expect(waitingIn(cookie, at(10))).toBeNull();
});

test('without a cookie, or with one that is not ours, it asks for the address', () => {
	for (const cookie of [undefined, '', 'ada@example.com', `${sent} 10`, `${sent} 10 a b`, 'soon 10 ada@example.com'])
		expect(waitingIn(cookie, at(1))).toBeNull();
});
