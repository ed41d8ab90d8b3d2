import { describe, expect, it } from 'vitest';
import { later, second } from '#core/time';
import { newTotpSecret, stepAt, stepOfCode, totpAddress, totpCode } from './totp.server.ts';

/** `12345678901234567890` in base 32: the key of the examples in RFC 6238, appendix B; codes cut to six digits. */
const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';

describe('the code of an authenticator app', () => {
	it.each([
		[59, '287082'],
		[1111111109, '081804'],
		[1111111111, '050471'],
		[1234567890, '005924'],
		[2000000000, '279037'],
		[20000000000, '353130']
	])('is that of RFC 6238 %i seconds after 1970', (seconds, code) => {
		expect(totpCode(secret, stepAt(new Date(seconds * second)))).toBe(code);
	});

	const now = new Date('2026-03-31T12:00:10Z');
	const codeOf = (steps: number) => totpCode(secret, stepAt(now) + steps);

	it('counts when the phone is half a minute early or late, and no more', () => {
		for (const steps of [-1, 0, 1]) expect(stepOfCode(secret, codeOf(steps), now, null)).toBe(stepAt(now) + steps);
		for (const steps of [-2, 2]) expect(stepOfCode(secret, codeOf(steps), now, null)).toBeNull();
	});

	it('counts once, and none before it counts afterwards', () => {
		const used = stepAt(now);
		expect(stepOfCode(secret, codeOf(0), now, used)).toBeNull();
		expect(stepOfCode(secret, codeOf(-1), now, used)).toBeNull();
		expect(stepOfCode(secret, codeOf(1), later(now, 30 * second), used)).toBe(used + 1);
	});

	it.each(['', '12345', '1234567', 'abcdef', '۱۲۳۴۵۶'])('is never %j', (code) => {
		expect(stepOfCode(secret, code, now, null)).toBeNull();
	});

	it('comes from a secret that nobody else has, told to the app by an address', () => {
		const made = newTotpSecret();
		expect(made).toMatch(/^[A-Z2-7]{32}$/);
		expect(newTotpSecret()).not.toBe(made);
		const address = new URL(totpAddress(made, 'olga@example.com'));
		expect(address.searchParams.get('secret')).toBe(made);
		expect(decodeURIComponent(address.pathname)).toContain('Pareto:olga@example.com');
	});
});
