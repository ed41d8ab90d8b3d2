import { expect, test } from 'vitest';
import { sealFor } from './seal.server.ts';

const seal = sealFor('a secret of a house that is long enough', 'test');

test('what is sealed is read again, by the same house, for the same thing', () => {
	const sealed = seal.seal('JBSWY3DPEHPK3PXP', 'usr_1');
	expect(sealed).not.toContain('JBSWY3');
	expect(seal.open(sealed, 'usr_1')).toBe('JBSWY3DPEHPK3PXP');
	expect(seal.seal('JBSWY3DPEHPK3PXP', 'usr_1')).not.toBe(sealed);
});

test('nobody else opens it: neither another user, nor another house, nor for another purpose, nor when touched', () => {
	const sealed = seal.seal('JBSWY3DPEHPK3PXP', 'usr_1');
	expect(() => seal.open(sealed, 'usr_2')).toThrow();
	expect(() => sealFor('the secret of quite another house', 'test').open(sealed, 'usr_1')).toThrow();
	expect(() => sealFor('a secret of a house that is long enough', 'other').open(sealed, 'usr_1')).toThrow();
	const touched = Buffer.from(sealed, 'base64');
	touched[14] = (touched[14] ?? 0) ^ 1;
	expect(() => seal.open(touched.toString('base64'), 'usr_1')).toThrow();
	expect(() => seal.open('', 'usr_1')).toThrow('a nonce and a tag');
});
