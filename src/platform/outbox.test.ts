import { beforeEach, expect, test } from 'vitest';
import { testDatabase } from '../../tests/support/database.ts';
import { Writes } from './bulk.server.ts';
import { inTransaction, sqlOf, type Tx } from './db.server.ts';
import { deliver, emit, type DeliveredEvent, type Event, type Handler } from './outbox.server.ts';

const { db } = await testDatabase();
const now = new Date('2026-03-01T10:00:00Z');

beforeEach(async () => void (await sqlOf(db)`truncate outbox`));

const emitIn = (tx: Tx, event: Event, at: Date) => {
	const writes = new Writes();
	emit(writes, [event], at);
	return writes.send(sqlOf(tx));
};

const write = (...topics: string[]) =>
	inTransaction(db, async (tx) => {
		for (const [place, topic] of topics.entries()) {
			const [name = '', subject = 'mem_1'] = topic.split(' of ');
			// Apart in time, since ids sort by it.
			await emitIn(tx, { topic: name, subjectId: subject, payload: { place } }, new Date(now.getTime() + place));
		}
	});

const listening = () => {
	const heard: string[] = [];
	const handle: Handler = async (event: DeliveredEvent) =>
		void heard.push(`${event.topic} ${String(event.payload.place)}`);
	return { heard, handle };
};

test('an event is there with its fact, or not at all', async () => {
	const undone = inTransaction(db, async (tx) => {
		await emitIn(tx, { topic: 'a.done', subjectId: 'mem_1', payload: {} }, now);
		throw new Error('undone');
	});
	await expect(undone).rejects.toThrow('undone');
	expect(await deliver(db, new Map())).toEqual({ delivered: 0, failed: 0 });
});

test('events are delivered once, in their order, to those who want them', async () => {
	const { heard, handle } = listening();
	await write('a.done', 'b.done', 'a.done');
	const handlers = new Map([['a.done', [handle]]]);
	expect(await deliver(db, handlers)).toEqual({ delivered: 3, failed: 0 });
	expect(await deliver(db, handlers)).toEqual({ delivered: 0, failed: 0 });
	expect(heard).toEqual(['a.done 0', 'a.done 2']);
});

test('an event whose handler fails waits, and so do the later ones of its subject, but nobody else’s', async () => {
	const { heard, handle } = listening();
	let broken = true;
	const picky: Handler = async (event) => {
		if (broken && event.payload.place === 0) throw new Error('not now');
		await handle(event);
	};
	const handlers = new Map([['a.done', [picky]]]);
	await write('a.done of mem_1', 'a.done of mem_1', 'a.done of mem_2');
	const troubles: unknown[] = [];
	expect(await deliver(db, handlers, { onTrouble: (error) => troubles.push(error) })).toEqual({
		delivered: 1,
		failed: 2
	});
	expect(heard).toEqual(['a.done 2']);
	expect(troubles).toHaveLength(1);
	broken = false;
	expect(await deliver(db, handlers)).toEqual({ delivered: 2, failed: 0 });
	expect(heard).toEqual(['a.done 2', 'a.done 0', 'a.done 1']);
});

test('two processes at once deliver nothing twice', async () => {
	const { heard, handle } = listening();
	await write(...Array.from({ length: 60 }, (_, n) => `a.done of mem_${n}`));
	const slow: Handler = async (event) => {
		await new Promise((done) => setTimeout(done, 1));
		await handle(event);
	};
	const handlers = new Map([['a.done', [slow]]]);
	const rounds = await Promise.all([1, 2, 3].map(() => deliver(db, handlers, { most: 30 })));
	expect(rounds.reduce((total, one) => total + one.delivered, 0)).toBe(60);
	expect(new Set(heard).size).toBe(60);
});
