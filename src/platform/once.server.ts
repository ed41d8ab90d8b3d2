import { createHash } from 'node:crypto';
import { sql as query } from 'drizzle-orm';
import { idKinds, idSymbols, type IdKind } from '#core/ids';
import { declareRefusals } from '#core/refusal';
import { listsOf, type Writes } from './bulk.server.ts';
import { constraintOf, sqlOf, type Raw, type Tx } from './db.server.ts';
import { onceKeys } from './once.tables.server.ts';

/**
 * Every write carries an idempotency key. The same key with the same input returns the first answer, marked as replayed;
 * with other input it is refused. Keys belong to a caller (a tablet, a person, an API client), so that one caller's retry
 * never finds another's answer. A refused command keeps no key: nothing was done, and the same try may succeed later.
 */
export const onceRefusals = declareRefusals({
	'key.reused': 'conflict',
	'key.malformed': 'invalid'
});

export const isKey = (text: string): boolean => /^[A-Za-z0-9_-]{8,64}$/.test(text);

function canonical(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(canonical);
	if (value instanceof Date) return value.toISOString();
	if (value === null || typeof value !== 'object') return value;
	return Object.fromEntries(
		Object.entries(value)
			.filter(([, inner]) => inner !== undefined)
			.sort(([a], [b]) => (a < b ? -1 : 1))
			.map(([name, inner]) => [name, canonical(inner)])
	);
}

/** SHA-256 of an input whose object keys may come in any order, hex. */
export const hashOf = (input: unknown): string =>
	createHash('sha256')
		.update(JSON.stringify(canonical(input)) ?? '')
		.digest('hex');

/**
 * The id of what is done under a key, where that is one row with an id of its own: the same key is the same row. Such ids
 * do not sort by time.
 */
export function idOfKey(kind: IdKind, name: OnceKey): string {
	const bytes = createHash('sha256').update(nameOf(name)).digest();
	return `${idKinds[kind]}_${Array.from(bytes.subarray(0, 22), (byte) => idSymbols[byte & 31]).join('')}`;
}

export interface OnceKey {
	caller: string;
	key: string;
}

/**
 * Runs a command once. A second call with the same key waits for the first to commit and then returns its answer.
 * @param answer must survive JSON: it is stored with the key
 * @throws refusal `key.reused` when the key came with other input, `key.malformed` when it is not 8–64 letters, digits, - or _
 */
export async function once<T>(
	tx: Tx,
	{ caller, key, input, now }: OnceKey & { input: unknown; now: Date },
	run: () => Promise<T>
): Promise<{ answer: T; replayed: boolean }> {
	if (!isKey(key)) throw onceRefusals.refuse('key.malformed');
	const inputHash = hashOf(input);
	const claimed = await tx
		.insert(onceKeys)
		.values({ caller, key, inputHash, answer: null, at: now })
		.onConflictDoNothing()
		.returning({ key: onceKeys.key });
	if (claimed.length === 0) {
		const first = (await findOnce(sqlOf(tx), [{ caller, key }])).get(nameOf({ caller, key }));
		if (!first || first.inputHash !== inputHash) throw onceRefusals.refuse('key.reused');
		return { answer: first.answer as T, replayed: true };
	}
	const answer = await run();
	await tx
		.update(onceKeys)
		.set({ answer: answer as object })
		.where(query`${onceKeys.caller} = ${caller} and ${onceKeys.key} = ${key}`);
	return { answer, replayed: false };
}

export const nameOf = ({ caller, key }: OnceKey): string => `${caller} ${key}`;

export interface Kept {
	inputHash: string;
	answer: unknown;
}

/** The keys of a batch that were used before, by `nameOf`. */
export async function findOnce(sql: Raw, keys: readonly OnceKey[]): Promise<Map<string, Kept>> {
	const rows = await sql.unsafe<{ caller: string; key: string; input_hash: string; answer: unknown }[]>(
		`select k.caller, k.key, k.input_hash, k.answer
		from unnest($1::text[], $2::text[]) as x(caller, key)
		join once_keys k on k.caller = x.caller collate "C" and k.key = x.key collate "C"`,
		listsOf(keys, ['caller', 'key']),
		{ prepare: true }
	);
	return new Map(rows.map((row) => [nameOf(row), { inputHash: row.input_hash, answer: row.answer }]));
}

/** Whether an error says that one of the keys to keep was taken: the batch was undone and must be asked again. */
export const isKeyTaken = (error: unknown): boolean => constraintOf(error) === 'once_keys_once';

/**
 * Keeps the keys of a batch's successes with their answers, in key order so that two batches cannot deadlock. A key that
 * was taken undoes the transaction (`isKeyTaken`).
 */
export function keepOnce(writes: Writes, kept: readonly (OnceKey & Kept & { at: Date })[]): void {
	writes.insert(
		onceKeys,
		[...kept].sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1)),
		{ same: ['at'] }
	);
}
