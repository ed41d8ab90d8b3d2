import { getTableColumns, getTableName, type InferInsertModel, type Table } from 'drizzle-orm';
import type { Raw } from './db.server.ts';

/**
 * Set-based writes. Rows travel as one JSON parameter and are unpacked by `json_to_recordset`: nulls, dates and nested
 * JSON arrive as what they are (postgres.js turns a null inside a text[] into the string "NULL"), and the statement's
 * text depends on the columns only, so that it stays prepared whatever the number of rows.
 */

interface Shape {
	keys: string[];
	names: string;
	record: string;
	table: string;
}

const snake = (key: string): string => key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

const shapes = new WeakMap<Table, Map<string, Shape>>();

function shapeOf(table: Table, keys: string[]): Shape {
	let byKeys = shapes.get(table);
	if (!byKeys) shapes.set(table, (byKeys = new Map()));
	const id = keys.join();
	let shape = byKeys.get(id);
	if (!shape) {
		const columns = getTableColumns(table);
		const typed = keys.map((key) => {
			const column = columns[key];
			if (!column) throw new Error(`${getTableName(table)} has no column ${key}`);
			return `"${snake(key)}" ${column.getSQLType().replace(/ collate "C"/, '')}`;
		});
		shape = {
			keys,
			table: `"${getTableName(table)}"`,
			names: keys.map((key) => `"${snake(key)}"`).join(', '),
			record: typed.join(', ')
		};
		byKeys.set(id, shape);
	}
	return shape;
}

/** Rows as one JSON text with snake_case names, for a hand-written `json_to_recordset($1::json) as x(…)`. */
export const jsonRows = (rows: readonly object[]): string =>
	JSON.stringify(rows.map((row) => Object.fromEntries(Object.entries(row).map(([key, value]) => [snake(key), value]))));

/**
 * Inserts rows in one statement. Every row has the same keys as the first; a key left out takes the column's default.
 * @param suffix what follows the select, such as `on conflict do nothing returning id`; written by us, never by a caller
 * @returns the rows of a `returning` clause, in snake_case
 */
export async function insertRows<T extends Table>(
	sql: Raw,
	table: T,
	rows: readonly InferInsertModel<T>[],
	suffix = ''
): Promise<Record<string, unknown>[]> {
	const first = rows[0];
	if (!first) return [];
	const { names, record, table: name } = shapeOf(table, Object.keys(first));
	const text = `insert into ${name} (${names}) select ${names} from json_to_recordset($1::json) as x(${record}) ${suffix}`;
	return (await sql.unsafe(text, [jsonRows(rows)], { prepare: true })) as unknown as Record<string, unknown>[];
}
