import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { inArray } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { pointsOf } from '#ledger/server';
import { receipts } from '#purchases/tables';
import { testDatabase } from '../support/database.ts';
import { aMember, openShop } from '../support/shop.ts';
import { auditHouse } from '#wiring/house-audit.server';

const { db, url } = await testDatabase();
const now = new Date('2026-03-10T10:00:00Z');

/** Runs the seller; `killAfter` acknowledged sales it is killed where it stands. */
async function sellUntil(args: string[], killAfter: number): Promise<{ lines: string[]; troubles: string }> {
	const script = join(import.meta.dirname, '../support/selling.ts');
	const child = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
	let out = '';
	let troubles = '';
	child.stdout.on('data', (text: Buffer) => {
		out += text.toString();
		if (out.split('\n').length > killAfter) child.kill('SIGKILL');
	});
	child.stderr.on('data', (text: Buffer) => (troubles += text.toString()));
	await new Promise((done) => child.once('close', done));
	return { lines: out.split('\n').filter((text) => / (sold|replayed)$/.test(text)), troubles };
}

test('a server killed in the middle of 1,000 sales lost none that it acknowledged, and doubles none when it comes back', async () => {
	const shop = await openShop(db, now);
	const members = await Promise.all(Array.from({ length: 40 }, () => aMember(db, now)));
	const { id, cents } = shop.products.bread;
	const args = [url, shop.storeId, id, String(cents), members.join(), 'killed'];

	const first = await sellUntil(args, 400);
	expect(first.lines.length).toBeGreaterThanOrEqual(400);
	expect(first.lines.length).toBeLessThan(1000);
	const acknowledged = new Map(first.lines.map((text) => text.split(' ').slice(0, 2) as [string, string]));
	const there = await db
		.select({ id: receipts.id })
		.from(receipts)
		.where(inArray(receipts.id, [...acknowledged.values()]));
	expect(there).toHaveLength(acknowledged.size);

	const second = await sellUntil(args, Infinity);
	expect(second.troubles).toBe('');
	const after = new Map(second.lines.map((text) => text.split(' ').slice(0, 2) as [string, string]));
	expect(after.size).toBe(1000);
	for (const [key, receiptId] of acknowledged) expect(after.get(key)).toBe(receiptId);

	expect(await db.$count(receipts)).toBe(1000);
	const balances = [...(await pointsOf(db, members, now)).values()];
	expect(balances.reduce((total, one) => total + one.spendable, 0)).toBe(1000 * 10);
	expect((await auditHouse(db)).findings).toEqual([]);
}, 120_000);
