import { sql, type SQL } from 'drizzle-orm';
import { bigint, check, customType, timestamp, type AnyPgColumn } from 'drizzle-orm/pg-core';

/**
 * Text compared byte by byte: ids and codes sort the same on every server, whatever its locale, and compare at the
 * speed of memcmp.
 */
export const key = customType<{ data: string; driverData: string }>({ dataType: () => 'text collate "C"' });

/** An instant, with time zone, as a Date. */
export const at = () => timestamp({ withTimezone: true, mode: 'date', precision: 3 });

/** An integer amount: cents, points, thousandths. Never beyond what a JavaScript number holds exactly (`within`). */
export const amount = () => bigint({ mode: 'number' });

/** Keeps an amount inside the safe integers, so that reading it never rounds. */
export const within = (name: string, column: AnyPgColumn): ReturnType<typeof check> =>
	check(name, sql`${column} between -9007199254740991 and 9007199254740991`);

export const notNegative = (name: string, column: AnyPgColumn | SQL): ReturnType<typeof check> =>
	check(name, sql`${column} >= 0`);
