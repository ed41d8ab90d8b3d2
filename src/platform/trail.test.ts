import { asc, eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { newCode } from '#core/codes';
import { inTransaction, sqlOf, sqlState } from '#platform/db';
import { testDatabase } from '../../tests/support/database.ts';
import { byHouse, changesOf, keepTrail, withoutCodes, type By, type Deed } from './trail.server.ts';
import { trailEntries } from './trail.tables.server.ts';

const { db } = await testDatabase();
const now = new Date('2026-03-01T10:00:00Z');
const ann: By = {
	actor: {
		kind: 'staff',
		userId: 'usr_1',
		staffId: 'stf_1',
		name: 'Ann',
		role: 'manager',
		permissions: [],
		storeIds: null
	},
	requestId: 'req_1'
};

const kept = async (by: By, deeds: Deed | Deed[]) => {
	await inTransaction(db, (tx) => keepTrail(tx, by, deeds, now));
	const ids = [deeds].flat().map(({ subject }) => subject.id);
	return (await db.select().from(trailEntries).orderBy(asc(trailEntries.id))).filter(({ subjectId }) =>
		ids.includes(subjectId)
	);
};

describe('an entry', () => {
	it('says who, what, when, before, after and why', async () => {
		const [entry] = await kept(ann, {
			action: 'voucher.edited',
			subject: { kind: 'voucher', id: 'vou_1' },
			title: 'Ten percent',
			before: { percent: 10, title: 'Ten' },
			after: { percent: 15, title: 'Ten' },
			reason: 'asked for by Bo'
		});
		expect(entry).toMatchObject({
			at: now,
			action: 'voucher.edited',
			subjectKind: 'voucher',
			subjectId: 'vou_1',
			title: 'Ten percent',
			changes: [{ field: 'percent', before: 10, after: 15 }],
			reason: 'asked for by Bo',
			actorKind: 'staff',
			staffId: 'stf_1',
			requestId: 'req_1',
			storeId: null
		});
	});

	it('at a till names the tablet, its store and the cashier; the house is nobody', async () => {
		const till: By = {
			actor: {
				kind: 'till',
				deviceId: 'dev_1',
				storeId: 'sto_1',
				staff: { id: 'stf_2', name: 'Bo', role: 'cashier', permissions: [], storeIds: null }
			},
			requestId: null
		};
		const subject = { kind: 'member', id: 'mem_1' };
		expect((await kept(till, { action: 'member.blocked', subject }))[0]).toMatchObject({
			actorKind: 'till',
			deviceId: 'dev_1',
			storeId: 'sto_1',
			staffId: 'stf_2'
		});
		const other = { kind: 'member', id: 'mem_2' };
		expect((await kept(byHouse, { action: 'member.blocked', subject: other, storeId: 'sto_2' }))[0]).toMatchObject({
			actorKind: 'house',
			staffId: null,
			storeId: 'sto_2'
		});
	});

	it('is gone with the change that was not made', async () => {
		const subject = { kind: 'voucher', id: 'vou_gone' };
		const failed = inTransaction(db, async (tx) => {
			await keepTrail(tx, ann, { action: 'voucher.paused', subject }, now);
			throw new Error('no');
		});
		await expect(failed).rejects.toThrow('no');
		expect(await db.select().from(trailEntries).where(eq(trailEntries.subjectId, 'vou_gone'))).toEqual([]);
	});

	it.each(["update trail_entries set reason = 'x'", 'delete from trail_entries', 'truncate trail_entries'])(
		'cannot be taken back: %s',
		async (statement) => {
			await kept(ann, { action: 'voucher.paused', subject: { kind: 'voucher', id: 'vou_2' } });
			const error = await sqlOf(db)
				.unsafe(statement)
				.catch((thrown: unknown) => thrown);
			expect(sqlState(error)).toBe('23001');
		}
	);
});

describe('what changed', () => {
	it.each<[string, Pick<Deed, 'before' | 'after' | 'hidden'>, unknown]>([
		['nothing', { before: { a: 1, b: [1] }, after: { a: 1, b: [1] } }, []],
		['the order of keys is nothing', { before: { a: { x: 1, y: 2 } }, after: { a: { y: 2, x: 1 } } }, []],
		['all of what is new', { after: { a: 1, b: null } }, [{ field: 'a', before: null, after: 1 }]],
		['all of what is gone', { before: { a: 1 } }, [{ field: 'a', before: 1, after: null }]],
		[
			'instants',
			{ before: { at: now }, after: { at: null } },
			[{ field: 'at', before: now.toISOString(), after: null }]
		],
		[
			'that something personal changed, not what it was',
			{ before: { email: 'a@b.example' }, after: { email: 'c@d.example' }, hidden: ['email'] },
			[{ field: 'email', hidden: true }]
		]
	])('%s', (_, deed, changes) => {
		expect(changesOf(deed)).toEqual(changes);
	});

	it('never holds a code: that would be our own mistake', () => {
		for (const form of ['voucher', 'giftCard', 'rotatingMember'] as const) {
			expect(() => changesOf({ after: { note: { list: [newCode(form)] } } })).toThrow('must not hold a code');
		}
		expect(changesOf({ after: { receipt: newCode('receipt') } })).toHaveLength(1);
	});
});

describe('a reason', () => {
	const card = newCode('giftCard');
	const spaced = card.replace(/(.{4})/g, '$1 ').trim();
	it.each([
		['the card was lost', 'the card was lost'],
		[`card ${card} was lost`, `card …${card.slice(-4)} was lost`],
		[`card (${card}), lost`, `card …${card.slice(-4)} lost`],
		[`lost: ${spaced} in town`, `lost: …${card.slice(-4)} in town`],
		[`${card.toLowerCase()}`, `…${card.slice(-4)}`],
		['paid with 4111 1111 1111 1111', 'paid with …1111'],
		['  two  spaces ', '  two  spaces ']
	])('%s', (text, masked) => {
		expect(withoutCodes(text)).toBe(masked);
	});
});
