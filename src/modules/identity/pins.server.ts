import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const derive = promisify(scrypt) as (
	secret: string,
	salt: Buffer,
	length: number,
	cost: { N: number; r: number; p: number; maxmem: number }
) => Promise<Buffer>;

/** 32 MB and about 50 ms: ten thousand PINs can be tried offline whatever this is, the lock is what protects them. */
const cost = { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 1024 * 1024 };

/** `scrypt$salt$key`, both base64url. */
export async function hashPin(pin: string): Promise<string> {
	const salt = randomBytes(16);
	const key = await derive(pin, salt, 32, cost);
	return `scrypt$${salt.toString('base64url')}$${key.toString('base64url')}`;
}

const nobody = `scrypt$${Buffer.alloc(16).toString('base64url')}$${Buffer.alloc(32).toString('base64url')}`;

/** Takes as long for somebody who has no PIN: who works here cannot be told from the time an answer takes. */
export async function isPin(pin: string, hash: string | null): Promise<boolean> {
	const [, salt = '', key = ''] = (hash ?? nobody).split('$');
	const expected = Buffer.from(key, 'base64url');
	const given = await derive(pin, Buffer.from(salt, 'base64url'), 32, cost);
	return hash !== null && expected.length === given.length && timingSafeEqual(expected, given);
}
