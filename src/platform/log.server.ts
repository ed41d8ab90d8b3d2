import { AsyncLocalStorage } from 'node:async_hooks';
import type { LogLevel } from './settings.server.ts';

/**
 * One line per event: JSON for machines, a readable line in a terminal. A line carries the id of the request it belongs
 * to, and never a code, a secret or personal data: fields with such names are blanked, and of a database error only
 * what names the fault is kept (its message and detail repeat the row).
 */
type Fields = Record<string, unknown>;

interface Shared {
	level: LogLevel;
	requests: AsyncLocalStorage<string>;
	write: (line: string) => void;
}

const ranks: Record<LogLevel, number> = { debug: 0, info: 1, warn: 2, error: 3 };

/** One context for kit's bundle and the start, which each have their own copy of this module. */
const place = Symbol.for('pareto.log');
const global = globalThis as { [key: symbol]: Shared | undefined };
const shared = (): Shared =>
	(global[place] ??= {
		level: 'info',
		requests: new AsyncLocalStorage(),
		write: (line) => process.stdout.write(`${line}\n`)
	});

export function setLogLevel(level: LogLevel): void {
	shared().level = level;
}

/** Sends the lines elsewhere, for tests. @returns puts it back */
export function captureLog(write: (line: string) => void): () => void {
	const before = shared().write;
	shared().write = write;
	return () => (shared().write = before);
}

/** Runs with a request id that every line in it carries. */
export const withRequestId = <T>(id: string, run: () => T): T => shared().requests.run(id, run);

/** The id of the request that runs now, or undefined outside of one. */
export const requestId = (): string | undefined => shared().requests.getStore();

const secretName =
	/secret|password|token|cookie|authorization|pin$|otp|email|phone|^name$|address|cipher|code_?hash|^(member|voucher|gift|card)_?code/i;
const emailAddress = /[^\s"'<>@]+@[^\s"'<>@]+\.[^\s"'<>@]+/g;

function clean(value: unknown, key: string, depth: number): unknown {
	if (value === null || value === undefined || typeof value === 'number' || typeof value === 'boolean') return value;
	if (secretName.test(key)) return '[kept out]';
	if (typeof value === 'string') return value.replace(emailAddress, '[kept out]').slice(0, 2000);
	if (typeof value === 'bigint') return String(value);
	if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'invalid date' : value.toISOString();
	if (value instanceof Error) return describe(value, depth + 1);
	if (depth > 4) return '…';
	if (Array.isArray(value)) return value.slice(0, 20).map((item) => clean(item, key, depth + 1));
	if (typeof value === 'object')
		return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, clean(item, name, depth + 1)]));
	return String(value);
}

/** What of an error may be written down. */
function describe(error: Error, depth = 0): Fields {
	const { code, constraint_name, table_name, routine, query, cause } = error as Error & Record<string, unknown>;
	const fromDatabase = typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && 'severity' in error;
	// drizzle's message is the statement with all its parameters; Postgres puts values in quotes.
	const message = typeof query === 'string' ? `Failed query: ${query}` : error.message;
	const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
	return {
		error: error.name,
		message: clean(fromDatabase ? message.replace(/: ".*"$/s, '') : message, '', depth),
		...(typeof code === 'string' && { code }),
		...(constraint_name !== undefined && { constraint: constraint_name }),
		...(table_name !== undefined && { table: table_name }),
		...(fromDatabase && routine !== undefined && { routine }),
		...(frames.length > 0 && { stack: frames.slice(0, 12).map((line) => line.trim()) }),
		...(cause instanceof Error && depth < 3 && { cause: describe(cause, depth + 1) })
	};
}

const pretty = process.stdout.isTTY && !process.env.CI;

function emit(level: LogLevel, event: string, fields: Fields): void {
	const { level: least, write } = shared();
	if (ranks[level] < ranks[least]) return;
	const at = new Date().toISOString();
	const request = requestId();
	const cleaned = clean(fields, '', 0) as Fields;
	if (!pretty) return write(JSON.stringify({ at, level, event, ...(request && { request }), ...cleaned }));
	const rest = Object.entries(cleaned).map(
		([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`
	);
	write([at.slice(11, 19), level === 'info' ? '' : level.toUpperCase(), event, ...rest].filter(Boolean).join('  '));
}

export const log = {
	debug: (event: string, fields: Fields = {}) => emit('debug', event, fields),
	info: (event: string, fields: Fields = {}) => emit('info', event, fields),
	warn: (event: string, fields: Fields = {}) => emit('warn', event, fields),
	error: (event: string, error?: unknown, fields: Fields = {}) =>
		emit('error', event, {
			...fields,
			...(error instanceof Error ? describe(error) : error !== undefined && { thrown: error })
		})
};
