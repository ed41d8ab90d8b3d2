import { newId } from '#core/ids';
import { listOf, type Writes } from './bulk.server.ts';
import { inTransaction, instant, sqlOf, type Db } from './db.server.ts';
import { outbox } from './once.tables.server.ts';

/**
 * Events: written in the transaction of the fact they tell of, delivered after the commit, in the order of their ids,
 * at least once, and then gone: who wants to know of them later keeps them. Who handles one must be able to see it twice.
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
		events.map((event) => ({ id: newId('event', now), ...event, payload: event.payload, at: now })),
		{ same: ['at'] }
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
	{ most = 500, onTrouble = (_: unknown) => {} }: { most?: number; onTrouble?: (error: unknown) => void } = {}
): Promise<{ delivered: number; failed: number }> {
	return inTransaction(db, async (tx) => {
		const sql = sqlOf(tx);
		const rows = await sql<OutboxRow[]>`
			select id, topic, subject_id, payload, at from outbox
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
			await sql.unsafe('delete from outbox where id = any($1::text[])', [listOf(done)]);
		}
		return { delivered: done.length, failed: rows.length - done.length };
	});
}
