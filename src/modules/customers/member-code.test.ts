import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alphabet, codeForms, isChecked, readCode } from '#core/codes';
import { codeOfStep, millisecondsLeft, numberIn, rotatingCode, staticCode, stepOf, stepsAhead } from './index.ts';

const symbols = (size: number) =>
	fc.array(fc.constantFrom(...alphabet), { minLength: size, maxLength: size }).map((list) => list.join(''));
const number = symbols(10);
const secret = fc
	.uint8Array({ minLength: 20, maxLength: 20 })
	.map((bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(''));
const instant = fc.date({ min: new Date('2026-01-01'), max: new Date('2060-01-01'), noInvalidDate: true });

describe('the member code', () => {
	it('is the HMAC-SHA-256 of its step, in our symbols', () => {
		// Worked out with: printf 00000000037b5a8f | xxd -r -p | openssl dgst -sha256 -mac HMAC -macopt hexkey:…
		const code = codeOfStep('2345678923', '000102030405060708090a0b0c0d0e0f10111213', 0x37b5a8f);
		expect(code).toBe('M2345678923E8NP3XCP');
	});

	it('always reads back as a rotating member code of this number', () => {
		fc.assert(
			fc.property(number, secret, instant, (number, secret, at) => {
				const code = rotatingCode(number, secret, at);
				expect(code).toHaveLength(codeForms.rotatingMember.length);
				expect(readCode(code)).toEqual({ kind: 'rotatingMember', code });
				expect(numberIn(code)).toBe(number);
			})
		);
	});

	it('stays the same for its 30 seconds and is another one after them', () => {
		fc.assert(
			fc.property(number, secret, instant, (number, secret, at) => {
				const code = rotatingCode(number, secret, at);
				const left = millisecondsLeft(at);
				expect(left).toBeGreaterThan(0);
				expect(left).toBeLessThanOrEqual(30_000);
				expect(rotatingCode(number, secret, new Date(at.getTime() + left - 1))).toBe(code);
				expect(rotatingCode(number, secret, new Date(at.getTime() + left))).not.toBe(code);
			})
		);
	});

	it('tells by how many steps a clock is off, and nothing beyond the window', () => {
		fc.assert(
			fc.property(number, secret, instant, fc.integer({ min: -30, max: 30 }), (number, secret, at, off) => {
				const code = codeOfStep(number, secret, stepOf(at) + off);
				expect(stepsAhead(code, secret, at, 20)).toBe(Math.abs(off) <= 20 ? off : null);
			})
		);
	});

	it('cannot be made without the secret', () => {
		fc.assert(
			fc.property(number, secret, secret, instant, (number, secret, other, at) => {
				fc.pre(secret !== other);
				expect(stepsAhead(rotatingCode(number, other, at), secret, at, 20)).toBeNull();
			})
		);
	});

	it('has a short form that never changes', () => {
		fc.assert(
			fc.property(number, (number) => {
				const code = staticCode(number);
				expect(isChecked(code)).toBe(true);
				expect(readCode(code)).toEqual({ kind: 'member', code });
			})
		);
	});
});
