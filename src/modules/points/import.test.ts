import { eq, inArray } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { members } from '#customers/tables';
import { registerImports } from '#imports/server';
import { openBook } from '#ledger/server';
import { inTransaction } from '#platform/db';
import { trailEntries } from '../../platform/trail.tables.server.ts';
import { testDatabase } from '../../../tests/support/database.ts';
import { bringIn } from '../../../tests/support/importing.ts';
import { aMember, openShop } from '../../../tests/support/shop.ts';
import { pointsImport } from './server.ts';
import { pointActs } from './tables.server.ts';

const { db } = await testDatabase();
const now = new Date('2026-03-10T10:00:00Z');
await openShop(db, now);
registerImports(pointsImport);

async function someone() {
	const id = await aMember(db, now);
	const [row] = await db.select().from(members).where(eq(members.id, id));
	return { id, number: row?.number ?? '' };
}
const spendable = (id: string) =>
	inTransaction(db, async (tx) => (await openBook(tx, [id], now, { lock: false })).points(id).spendable);
const bring = (text: string) => bringIn(db, { kind: 'points', text }, now);

test('points are given and taken by file: the dry run says what would happen and moves nothing', async () => {
	const [anna, boris, chen] = [await someone(), await someone(), await someone()];
	let before: number[] = [];
	const came = await bringIn(
		db,
		{
			kind: 'points',
			text: `Number;Points;Reason;Note\n${anna.number};+500;Fair 2026;Thank you\n${boris.number};۲۵۰;Fair 2026;\n${chen.number};−5;Fair 2026;\n`,
			between: async () => void (before = await Promise.all([anna, boris, chen].map(({ id }) => spendable(id))))
		},
		now
	);
	expect(before).toEqual([0, 0, 0]);
	expect(came).toMatchObject({ counts: [2, 0, 0, 1], refused: [[4, 'points', 'points.not_enough']] });
	expect(await Promise.all([anna, boris, chen].map(({ id }) => spendable(id)))).toEqual([500, 250, 0]);
	const ids = [anna.id, boris.id, chen.id];
	const acts = await db.select().from(pointActs).where(inArray(pointActs.memberId, ids));
	expect(acts.map(({ points, reason, note }) => [points, reason, note]).sort()).toEqual([
		[250, 'Fair 2026', null],
		[500, 'Fair 2026', 'Thank you']
	]);
	const deeds = await db.select().from(trailEntries).where(inArray(trailEntries.subjectId, ids));
	expect(deeds.map(({ action }) => action)).toEqual(['points.adjusted', 'points.adjusted']);
});

test('each line that cannot be carried out is told why, and the others are', async () => {
	const [anna, boris] = [await someone(), await someone()];
	await db.update(members).set({ blockedAt: now }).where(eq(members.id, boris.id));
	const came = await bring(
		[
			'member,points,reason',
			`${anna.number},100,Prize`,
			`${anna.number.toLowerCase()},100,Prize`,
			`${boris.number},100,Prize`,
			'nobody@pareto.example,100,Prize',
			`${(await someone()).number},1.000,Prize`,
			`${(await someone()).number},0,Prize`,
			`${(await someone()).number},9999999999,Prize`,
			`${(await someone()).number},10,x`,
			`${(await someone()).number},,Prize`
		].join('\n')
	);
	expect(came).toMatchObject({
		counts: [1, 0, 0, 8],
		refused: [
			[3, null, 'import.duplicate'],
			[4, 'member', 'points.member_blocked'],
			[5, 'member', 'points.receiver_unknown'],
			[6, 'points', 'points.amount_form'],
			[7, 'points', 'points.amount_form'],
			[8, 'points', 'points.amount_form'],
			[9, 'reason', 'points.reason_form'],
			[10, 'points', 'import.required']
		]
	});
	expect(await spendable(anna.id)).toBe(100);
});
