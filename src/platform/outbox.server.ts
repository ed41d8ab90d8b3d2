import { newId } from '#core/ids';
import type { Writes } from './bulk.server.ts';
import { inTransaction, instant, sqlOf, type Db } from './db.server.ts';
import { outbox } from './once.tables.server.ts';

/**
 * Events: written in the transaction of the fact they tell of, delivered after the commit, in the order of their ids,
 * at least once. Who handles one must be able to see it twice.
 */
export interface Event<Payload = Record<string, unknown>> {
	/** past tense, dotted: `voucher.redeemed` */
	topic: string;
	subjectId: string;
	/** ids and amounts; never personal data, never a code */
	payload: Payload;
}

export interface DeliveredEvent extends Event {
	id: string;
	at: Date;
}

export type Handler = (event: DeliveredEvent) => Promise<void>;

/** Writes events together with the fact. */
export function emit(writes: Writes, events: readonly Event[], now: Date): void {
	writes.insert(
		outbox,
		events.map((event) => ({ id: newId('event', now), ...event, payload: event.payload, at: now }))
	);
}

interface OutboxRow {
	id: string;
	topic: string;
	subject_id: string;
	payload: Record<string, unknown>;
	at: string;
}

/**
 * Delivers what waits, oldest first, at most `most` events. Several processes may run it at once: each takes rows that
 * no other holds. An event whose handler fails stays for the next round, and so do the later ones of its subject.
 * @returns how many were delivered and how many failed
 */
export async function deliver(
	db: Db,
	handlers: ReadonlyMap<string, readonly Handler[]>,
	now: Date,
	{ most = 500, onTrouble = (_: unknown) => {} }: { most?: number; onTrouble?: (error: unknown) => void } = {}
): Promise<{ delivered: number; failed: number }> {
	return inTransaction(db, async (tx) => {
		const sql = sqlOf(tx);
		const rows = await sql<OutboxRow[]>`
			select id, topic, subject_id, payload, at from outbox where delivered_at is null
			order by id limit ${most} for update skip locked`;
		const done: string[] = [];
		const stuck = new Set<string>();
		for (const row of rows) {
			if (stuck.has(row.subject_id)) continue;
			const event = {
				id: row.id,
				topic: row.topic,
				subjectId: row.subject_id,
				payload: row.payload,
				at: instant(row.at)
			};
			try {
				for (const handle of handlers.get(row.topic) ?? []) await handle(event);
				done.push(row.id);
			} catch (error) {
				stuck.add(row.subject_id);
				onTrouble(error);
			}
		}
		if (done.length > 0) {
			await sql`update outbox set delivered_at = ${now.toISOString()}
				where id in (select id from json_to_recordset(${JSON.stringify(done.map((id) => ({ id })))}::json) as x(id text))`;
		}
		return { delivered: done.length, failed: rows.length - done.length };
	});
}

/** Clears away events that were delivered before an instant. */
export async function forgetDelivered(db: Db, before: Date): Promise<void> {
	await sqlOf(db)`delete from outbox where delivered_at < ${before.toISOString()}`;
}
