import { describe, expect, test } from 'vitest';
import { readSettings, SettingsFault } from './settings.server.ts';

const faultsOf = (environment: Record<string, string>): readonly string[] => {
	try {
		readSettings(environment);
		return [];
	} catch (error) {
		if (error instanceof SettingsFault) return error.faults;
		throw error;
	}
};

const secret = 'x'.repeat(32);
const database = 'postgres://shop:pass%40word@db.example.com:5432/pareto';

describe('settings', () => {
	test('nothing needs to be set', () => {
		expect(readSettings({})).toEqual({
			port: 3000,
			host: null,
			origin: null,
			trustedProxies: 0,
			database: null,
			secret: null,
			dataFolder: null,
			mail: null,
			batchBuckets: 1,
			logLevel: 'info'
		});
	});

	test('an empty setting is an unset one', () => {
		expect(readSettings({ PORT: ' ', DATABASE_URL: '', LOG_LEVEL: '' })).toEqual(readSettings({}));
	});

	test('there is at least one bucket, and no more than 256', () => {
		expect(readSettings({ BATCH_BUCKETS: '32' }).batchBuckets).toBe(32);
		for (const wrong of ['0', '257', '-1', 'many', '1.5'])
			expect(faultsOf({ BATCH_BUCKETS: wrong })).toEqual([expect.stringMatching(/^BATCH_BUCKETS is ".*from 1 to 256/)]);
	});

	test('one database address serves for everything until others are given', () => {
		expect(readSettings({ DATABASE_URL: database, PARETO_SECRET: secret }).database).toEqual({
			url: database,
			prepares: true,
			directUrl: database,
			readUrl: database
		});
		const read = 'postgresql://replica/pareto';
		expect(
			readSettings({ DATABASE_URL: database, DATABASE_READ_URL: read, PARETO_SECRET: secret }).database?.readUrl
		).toBe(read);
	});

	test('a database address may name several servers, each of which must be one', () => {
		const both = 'postgres://shop:pass%40word@one.example.com:5432,two.example.com/pareto?target_session_attrs=primary';
		expect(readSettings({ DATABASE_URL: both, PARETO_SECRET: secret }).database?.url).toBe(both);
		for (const wrong of [both.replace('5432', 'x'), both.replace('two', ',two'), both.replace('=primary', '=nearest')])
			expect(faultsOf({ DATABASE_URL: wrong, PARETO_SECRET: secret })).toEqual([
				expect.stringMatching(/^DATABASE_URL cannot be used: .*@one:5432,two:5432/)
			]);
	});

	test('behind a pooler nothing is prepared, unless it is said to keep what is', () => {
		const pooled = { DATABASE_URL: database, DATABASE_DIRECT_URL: `${database}2`, PARETO_SECRET: secret };
		expect(readSettings(pooled).database?.prepares).toBe(false);
		expect(readSettings({ ...pooled, DATABASE_PREPARES: 'yes' }).database?.prepares).toBe(true);
		expect(readSettings({ ...pooled, DATABASE_DIRECT_URL: database }).database?.prepares).toBe(true);
		expect(faultsOf({ ...pooled, DATABASE_PREPARES: 'maybe' })[0]).toMatch(/^DATABASE_PREPARES is "maybe"/);
	});

	test('everything that is wrong is told at once, each with its setting first', () => {
		const faults = faultsOf({
			PORT: '70000',
			HOST: 'not a host',
			ORIGIN: 'https://shop.example.com/',
			TRUST_PROXY: 'yes',
			DATABASE_URL: 'mysql://root:hunter2@db/pareto',
			PARETO_SECRET: 'short-hunter2',
			SMTP_URL: 'mail.example.com',
			LOG_LEVEL: 'loud'
		});
		expect(faults.map((fault) => fault.split(' ')[0])).toEqual([
			'PORT',
			'HOST',
			'ORIGIN',
			'TRUST_PROXY',
			'DATABASE_URL',
			'PARETO_SECRET',
			'SMTP_URL',
			'LOG_LEVEL',
			'MAIL_FROM'
		]);
		expect(faults.join()).not.toContain('hunter2');
	});

	test.each([
		['DATABASE_URL', { DATABASE_URL: 'not an address', PARETO_SECRET: secret }],
		['DATABASE_READ_URL', { DATABASE_READ_URL: database }],
		['PARETO_SECRET', { DATABASE_URL: database }],
		['MAIL_FROM', { SMTP_URL: 'smtp://localhost:2525', ORIGIN: 'https://wallet.example.com' }],
		['ORIGIN', { SMTP_URL: 'smtp://localhost:2525', MAIL_FROM: 'shop@example.com' }],
		['MAIL_FROM', { MAIL_FROM: 'shop@example.com' }],
		['ORIGIN', { ORIGIN: 'wallet.example.com' }],
		['PORT', { PORT: '3000.5' }]
	] as [string, Record<string, string>][])('%s alone is told when it does not fit: %o', (name, environment) => {
		const faults = faultsOf(environment);
		expect(faults).toHaveLength(1);
		expect(faults[0]).toMatch(new RegExp(`^${name} `));
	});
});
