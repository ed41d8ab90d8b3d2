import { expect, it } from 'vitest';
import { isFromHere } from './local-mail.server.ts';

it.each([
	['127.0.0.1', {}, true],
	['::1', {}, true],
	['::ffff:127.0.0.1', {}, true],
	['192.168.1.20', {}, false],
	['::ffff:192.168.1.20', {}, false],
	['1127.0.0.1', {}, false],
	['', {}, false],
	['127.0.0.1', { 'x-forwarded-for': '203.0.113.7' }, false],
	['127.0.0.1', { forwarded: 'for=203.0.113.7' }, false]
])('a request from %s with %o was made on this machine: %s', (address, headers, expected) => {
	expect(isFromHere(address, new Headers(headers as Record<string, string>))).toBe(expected);
});
