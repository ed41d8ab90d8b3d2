import { z } from 'zod';
import { eachServer, wishOf } from './addresses.server.ts';

/**
 * Everything that is set from outside, read from the environment once, at the start. All faults are told together,
 * each with what to do; secrets are never repeated.
 */
export interface Settings {
	/** 0 takes a free one */
	port: number;
	/** null listens on every address of the machine, so that a phone in the same network reaches it */
	host: string | null;
	/** the public address, such as https://wallet.example.com; null: whatever the request was addressed to */
	origin: string | null;
	/** proxies in front of us whose headers tell the shopper's address; 0 believes nobody */
	trustedProxies: number;
	/** null until the embedded database runs */
	database: DatabaseAddresses | null;
	/** keys are derived from it; null until the one kept in the data folder was read */
	secret: string | null;
	/** where the embedded database and the secret live; null: the default place */
	dataFolder: string | null;
	/** null: messages are shown in the log and on a development page */
	mail: { url: string; from: string } | null;
	/** what is committed together is of one bucket out of so many; 1: whatever comes together */
	batchBuckets: number;
	logLevel: LogLevel;
}

export interface DatabaseAddresses {
	/** for queries; may be a pooler */
	url: string;
	/** whether what `url` leads to keeps prepared statements: a pooler in transaction mode may not */
	prepares: boolean;
	/** for listening, session locks, migrations, and the few connections on which sales are committed */
	directUrl: string;
	/** for reports: may lag behind */
	readUrl: string;
}

/** What the running app has: the start has filled in whatever was left to it. */
export type RunningSettings = Settings & { database: DatabaseAddresses; secret: string };

export const logLevels = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof logLevels)[number];

/** A setting that cannot be used, and what to do about it. */
export class SettingsFault extends Error {
	override name = 'SettingsFault';
	readonly faults: readonly string[];
	constructor(faults: readonly string[]) {
		super(faults.join('\n'));
		this.faults = faults;
	}
}

const url = (...protocols: string[]) =>
	z.string().refine((text) => {
		const parsed = URL.parse(text);
		return parsed !== null && protocols.includes(parsed.protocol) && parsed.hostname !== '';
	});

const oneServer = url('postgres:', 'postgresql:');
const postgresUrl = z
	.string()
	.refine((text) => eachServer(text).every((one) => oneServer.safeParse(one).success) && wishOf(text) !== null);

const shape = z.object({
	PORT: z
		.string()
		.regex(/^\d{1,5}$/)
		.transform(Number)
		.refine((port) => port <= 65535)
		.default(3000),
	HOST: z
		.string()
		.regex(/^[\w.:-]+$/)
		.optional(),
	ORIGIN: z
		.string()
		.refine((text) => /^https?:$/.test(URL.parse(text)?.protocol ?? '') && URL.parse(text)?.origin === text)
		.optional(),
	TRUST_PROXY: z.string().regex(/^\d$/).transform(Number).default(0),
	DATABASE_URL: postgresUrl.optional(),
	DATABASE_DIRECT_URL: postgresUrl.optional(),
	DATABASE_READ_URL: postgresUrl.optional(),
	DATABASE_PREPARES: z.enum(['yes', 'no']).optional(),
	PARETO_SECRET: z.string().min(32).optional(),
	PARETO_DATA: z.string().optional(),
	SMTP_URL: url('smtp:', 'smtps:').optional(),
	MAIL_FROM: z
		.string()
		.regex(/^[^<>@\r\n]*<?[^\s<>@]+@[^\s<>@]+>?$/)
		.optional(),
	BATCH_BUCKETS: z
		.string()
		.regex(/^\d{1,3}$/)
		.transform(Number)
		.refine((count) => count >= 1 && count <= 256)
		.default(1),
	LOG_LEVEL: z.enum(logLevels).default('info')
});

type Name = keyof z.infer<typeof shape>;

/** What to do about each; what the setting said is repeated only where it can hold no secret. */
const advice: Record<Name, { say: string; secret?: true }> = {
	PORT: { say: 'give a number from 0 to 65535, such as PORT=3000.' },
	HOST: { say: 'give a host name or address to listen on, such as HOST=127.0.0.1, or leave it out for all of them.' },
	ORIGIN: {
		say: 'give the public address without a path or a slash at its end, such as ORIGIN=https://wallet.example.com.'
	},
	TRUST_PROXY: { say: 'give the number of proxies in front of this server, such as TRUST_PROXY=1, or leave it out.' },
	DATABASE_URL: {
		say: 'write it as postgres://user:password@host:5432/database, special characters percent-encoded; with a standby as …@one:5432,two:5432/database.',
		secret: true
	},
	DATABASE_DIRECT_URL: { say: 'write it as DATABASE_URL, but past the pooler.', secret: true },
	DATABASE_READ_URL: { say: 'write it as DATABASE_URL, to the replica.', secret: true },
	DATABASE_PREPARES: {
		say: 'give yes if the pooler keeps prepared statements (pgbouncer from 1.21 with max_prepared_statements), else no.'
	},
	PARETO_SECRET: { say: 'give at least 32 characters, for instance from: openssl rand -base64 33.', secret: true },
	PARETO_DATA: { say: 'give a folder.' },
	SMTP_URL: { say: 'write it as smtp://user:password@host:587 or smtps://….', secret: true },
	MAIL_FROM: { say: 'give an address, such as MAIL_FROM="Our shop <hello@example.com>".' },
	BATCH_BUCKETS: {
		say: 'give a number from 1 to 256, or leave it out: one Postgres on one machine is fastest with 1.'
	},
	LOG_LEVEL: { say: `give one of ${logLevels.join(', ')}.` }
};

/** Settings from an environment. Throws a `SettingsFault` that names everything that is wrong. */
export function readSettings(environment: Record<string, string | undefined>): Settings {
	const given = Object.fromEntries(
		Object.keys(advice).map((name) => [name, environment[name]?.trim() || undefined])
	) as Partial<Record<Name, string>>;
	const parsed = shape.safeParse(given);
	const wrong = new Set(parsed.success ? [] : parsed.error.issues.map((issue) => issue.path[0] as Name));
	const faults = [...wrong].map((name) => {
		const { say, secret } = advice[name];
		return secret ? `${name} cannot be used: ${say}` : `${name} is "${given[name]}": ${say}`;
	});
	faults.push(...missingTogether(given));
	if (!parsed.success || faults.length > 0) throw new SettingsFault(faults);
	const { data } = parsed;
	return {
		port: data.PORT,
		host: data.HOST ?? null,
		origin: data.ORIGIN ?? null,
		trustedProxies: data.TRUST_PROXY,
		database: data.DATABASE_URL
			? {
					url: data.DATABASE_URL,
					prepares: preparesOf(data),
					directUrl: data.DATABASE_DIRECT_URL ?? data.DATABASE_URL,
					readUrl: data.DATABASE_READ_URL ?? data.DATABASE_URL
				}
			: null,
		secret: data.PARETO_SECRET ?? null,
		dataFolder: data.PARETO_DATA ?? null,
		mail: data.SMTP_URL && data.MAIL_FROM ? { url: data.SMTP_URL, from: data.MAIL_FROM } : null,
		batchBuckets: data.BATCH_BUCKETS,
		logLevel: data.LOG_LEVEL
	};
}

/** A pooler that nobody has said more about is taken for one that mixes up prepared statements: slower, and right. */
const preparesOf = (data: z.infer<typeof shape>): boolean => {
	const pooled = data.DATABASE_DIRECT_URL !== undefined && data.DATABASE_DIRECT_URL !== data.DATABASE_URL;
	return data.DATABASE_PREPARES === undefined ? !pooled : data.DATABASE_PREPARES === 'yes';
};

/** What one setting needs of another. */
function missingTogether(given: Partial<Record<Name, string>>): string[] {
	const faults: string[] = [];
	for (const name of ['DATABASE_DIRECT_URL', 'DATABASE_READ_URL', 'DATABASE_PREPARES'] as const)
		if (given[name] && !given.DATABASE_URL)
			faults.push(`${name} is set, but DATABASE_URL is not: set both or neither.`);
	if (given.DATABASE_URL && !given.PARETO_SECRET) {
		faults.push(
			'PARETO_SECRET is missing: with a DATABASE_URL of your own, every server process needs the same secret ' +
				'of at least 32 characters, for instance from: openssl rand -base64 33. Keep it: codes are encrypted with it.'
		);
	}
	if (given.SMTP_URL && !given.MAIL_FROM)
		faults.push('MAIL_FROM is missing: say from which address mail is sent by SMTP_URL.');
	// Without it a stranger could ask for a mail whose link leads to a server of theirs: the Host header is anybody's.
	if (given.SMTP_URL && !given.ORIGIN)
		faults.push('ORIGIN is missing: links in mail need the public address, such as ORIGIN=https://wallet.example.com.');
	if (given.MAIL_FROM && !given.SMTP_URL)
		faults.push('MAIL_FROM is set, but SMTP_URL is not: say through which server mail is sent.');
	return faults;
}

/** The app's code is there twice in a running server (the start, and kit's bundle): what both need hangs on the process. */
const shared = globalThis as { [key: symbol]: RunningSettings | undefined };
const place = Symbol.for('pareto.settings');

export function useSettings(settings: RunningSettings): void {
	shared[place] = settings;
}

/** The settings of the running app. Outside of it (a command, a test) somebody has to `useSettings` first. */
export function settings(): RunningSettings {
	const found = shared[place];
	if (!found) throw new Error('no settings yet: the app is opened by its start (npm start), a test by useSettings');
	return found;
}

/** As many as the settings say; one where nobody has said anything (a command, a test). */
export const batchBuckets = (): number => shared[place]?.batchBuckets ?? 1;
