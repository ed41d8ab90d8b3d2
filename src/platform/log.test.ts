import { afterEach, beforeEach, expect, test } from 'vitest';
import { testDatabase } from '../../tests/support/database.ts';
import { sql } from 'drizzle-orm';
import { captureLog, log, setLogLevel, withRequestId } from './log.server.ts';

const { db, client } = await testDatabase();

let lines: string[];
let putBack: () => void;
beforeEach(() => {
	lines = [];
	putBack = captureLog((line) => lines.push(line));
});
afterEach(() => {
	putBack();
	setLogLevel('info');
});

const only = (): Record<string, unknown> => {
	expect(lines).toHaveLength(1);
	return JSON.parse(lines[0] ?? '');
};

test('a line says when, how grave, what, and in which request', () => {
	withRequestId('req_1', () => log.info('a sale was committed', { lines: 3, refusal: 'voucher.already_used' }));
	expect(only()).toEqual({
		at: expect.stringMatching(/^\d{4}-.*Z$/),
		level: 'info',
		event: 'a sale was committed',
		request: 'req_1',
		lines: 3,
		refusal: 'voucher.already_used'
	});
});

test('what is below the level is not written', () => {
	log.debug('quiet');
	setLogLevel('error');
	log.warn('quiet too');
	expect(lines).toEqual([]);
});

test('secrets and personal data stay out, however deep', () => {
	log.warn('sign-in', {
		email: 'ada@example.com',
		member: { name: 'Ada', phone: '+43 1', memberCode: 'ABC', note: 'wrote from ada@example.com' },
		headers: [{ authorization: 'Bearer abc', cookie: 'session=abc' }],
		pin: '1234'
	});
	const line = lines.join();
	for (const secret of ['ada@', 'Ada', '+43', 'ABC', 'Bearer', 'session=', '1234']) expect(line).not.toContain(secret);
	expect(line).toContain('wrote from');
});

test('of a database error its name is kept, not the row', async () => {
	await client`create table people (email text constraint people_email_once unique, age int)`;
	await client`insert into people values ('ada@example.com', 36)`;
	for (const statement of [
		db.execute(sql`insert into people values (${'ada@example.com'}, 36)`),
		db.execute(sql`insert into people values ('x', ${'very private'}::text::int)`)
	])
		await statement.catch((error: unknown) => log.error('it failed', error));
	expect(lines).toHaveLength(2);
	expect(lines.join()).not.toMatch(/ada@|very private/);
	expect(lines[0]).toContain('people_email_once');
	expect(lines[0]).toContain('23505');
	expect(lines[1]).toContain('22P02');
});
