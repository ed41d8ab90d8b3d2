import { writeSync } from 'node:fs';
import { openCounter } from '#checkout/server';
import { connect } from '#platform/db';
import { anAsk, aSale, line } from './shop.ts';

/**
 * A server process for the test that kills it: sells to many members at once and writes a line for every sale that was
 * acknowledged. Arguments: database address, store, product, price, members, and a name for its keys.
 */
const [, , url = '', storeId = '', productId = '', cents = '0', memberIds = '', name = ''] = process.argv;
const now = new Date('2026-03-10T10:00:00Z');
const { db, end } = await connect(url, { max: 4 });
const desk = openCounter(db, () => {});
const members = memberIds.split(',');

async function shopper(number: number): Promise<void> {
	for (let n = number; n < 1000; n += 32) {
		const memberId = members[n % members.length] as string;
		const ask = anAsk(memberId, [line('a', { id: productId, cents: Number(cents) }, 2000)]);
		const key = `${name}-${String(n).padStart(6, '0')}`;
		const result = await desk.sell(await aSale(db, { storeId }, ask, now, { key }), now);
		// Straight to the pipe: what was acknowledged must be known even if this process dies now.
		if (result.ok) writeSync(1, `${key} ${result.receipt.id} ${result.replayed ? 'replayed' : 'sold'}\n`);
		else writeSync(2, `${result.refusal.code}\n`);
	}
}

await Promise.all(Array.from({ length: 32 }, (_, number) => shopper(number)));
await end();
