import { byHouse } from '#platform/trail';
import { beforeAll, describe, expect, it } from 'vitest';
import { changeProfile } from '#customers/server';
import { hour, later } from '#core/time';
import { createCashier } from '#identity/server';
import { invitations } from '#identity/tables';
import { inTransaction } from '#platform/db';
import { keepTrail, type By } from '#platform/trail';
import { testDatabase } from '../../../tests/support/database.ts';
import { aMember, openShop, testSettings, type Shop } from '../../../tests/support/shop.ts';
import type { TrailFilter } from './index.ts';
import { listTrail, trailStaff } from './trail.server.ts';

const { db, url } = await testDatabase();
/** a quarter past midnight in the shop, on the 2nd */
const now = new Date('2026-03-01T23:15:00Z');
/** since the day after the shop was opened */
const all: TrailFilter = { text: '', area: null, staffId: null, subjectId: null, fromDay: '2026-03-01', toDay: null };

let shop: Shop;
let ann: By;
let bo: By;
let member: string;
const read = async (wish: Partial<TrailFilter>) =>
	(await listTrail(db, { filter: { ...all, ...wish } })).items.map(({ action, subject }) => `${action} ${subject.id}`);

beforeAll(async () => {
	testSettings(url);
	shop = await openShop(db, later(now, -48 * hour));
	member = await aMember(db, later(now, -48 * hour));
	await inTransaction(db, (tx) => changeProfile(tx, member, { name: 'Zoë 100%' }, byHouse, now));
	await inTransaction(db, async (tx) => {
		const person = async (name: string): Promise<By> => {
			const { staffId } = await createCashier(tx, { name, pin: '2580', storeIds: null }, now);
			const rights = { role: 'manager', permissions: [], storeIds: null } as const;
			return { actor: { kind: 'staff', userId: 'u', staffId, name, ...rights }, requestId: null };
		};
		ann = await person('Ann Manager');
		bo = await person('Bo Owner');
		const paused = { action: 'voucher.paused', subject: { kind: 'voucher', id: 'vou_1' }, title: 'Ten percent' };
		await keepTrail(tx, ann, paused, later(now, -24 * hour));
		await keepTrail(tx, bo, { action: 'voucher.edited', subject: paused.subject, title: 'Five_percent' }, now);
		await keepTrail(
			tx,
			ann,
			{ action: 'member.blocked', subject: { kind: 'member', id: member }, reason: 'fraud' },
			now
		);
		const till = {
			actor: { kind: 'till', deviceId: 'dev_x', storeId: shop.storeId, staff: null },
			requestId: null
		} as const;
		await tx.insert(invitations).values({
			id: 'inv_1',
			email: 'carla@trail.example',
			name: 'Carla Manager',
			role: 'manager',
			language: 'en',
			tokenHash: 'hash of trail',
			version: 1,
			invitedBy: (ann.actor as { staffId: string }).staffId,
			createdAt: now,
			expiresAt: later(now, 48 * hour)
		});
		const invited = { action: 'invitation.sent', subject: { kind: 'invitation', id: 'inv_1' } };
		await keepTrail(tx, ann, { ...invited, after: { name: 'Carla Manager' }, hidden: ['name'] }, now);
		await keepTrail(tx, till, { action: 'gift_card.issued', subject: { kind: 'gift_card', id: 'gft_1' } }, now);
	});
});

describe('the trail', () => {
	it('is read newest first, page by page, without a gap', async () => {
		const whole = (await listTrail(db, { filter: all })).items;
		expect(whole).toHaveLength(5);
		const pages: string[] = [];
		let cursor: string | null = null;
		do {
			const page = await listTrail(db, { filter: all, cursor, size: 1 });
			pages.push(...page.items.map(({ id }) => id));
			cursor = page.nextCursor;
		} while (cursor !== null);
		expect(pages).toEqual(whole.map(({ id }) => id));
		expect(whole.at(-1)).toMatchObject({ action: 'voucher.paused', who: { name: 'Ann Manager', kind: 'staff' } });
	});

	it.each<[string, () => Partial<TrailFilter>, string[]]>([
		['what became of one thing', () => ({ subjectId: 'vou_1' }), ['voucher.edited', 'voucher.paused']],
		['what one person did', () => ({ staffId: (bo.actor as { staffId: string }).staffId }), ['voucher.edited']],
		['one kind of thing', () => ({ area: 'voucher' }), ['voucher.edited', 'voucher.paused']],
		['a kind that begins alike is another', () => ({ area: 'vouch' }), []],
		['by the name of what it was done to', () => ({ text: 'ten' }), ['voucher.paused']],
		['a percent sign is a percent sign', () => ({ text: '100%' }), ['member.blocked']],
		['an underscore too', () => ({ text: 'n_p' }), []],
		['by the reason', () => ({ text: 'FRAUD' }), ['member.blocked']],
		['by who did it', () => ({ text: 'bo own' }), ['voucher.edited']],
		['by who was invited', () => ({ text: 'carla man' }), ['invitation.sent']],
		['by the address that was invited', () => ({ text: 'carla@trail' }), ['invitation.sent']],
		['by the shop’s days', () => ({ toDay: '2026-03-01' }), ['voucher.paused']],
		['from a day on', () => ({ fromDay: '2026-03-02', area: 'voucher' }), ['voucher.edited']]
	])('finds %s', async (_, wish, actions) => {
		expect((await read(wish())).map((line) => line.split(' ')[0])).toEqual(actions);
	});

	it('names members as they are called, and tablets by their store', async () => {
		const [entry] = (await listTrail(db, { filter: { ...all, area: 'member' } })).items;
		expect(entry).toMatchObject({ subject: { title: 'Zoë 100%' }, reason: 'fraud' });
		const [card] = (await listTrail(db, { filter: { ...all, area: 'gift_card' } })).items;
		expect(card).toMatchObject({ subject: { title: null }, who: { kind: 'till', store: 'Harbour', name: null } });
	});

	it('lists whose deeds can be asked for', async () => {
		expect((await trailStaff(db)).map(({ name }) => name)).toEqual(['Ann Manager', 'Bo Owner']);
	});

	it('names what a change speaks of, members and what has gone apart', async () => {
		const { staffId } = ann.actor as { staffId: string };
		const gone = 'sto_0123456789abcdefghjkmn';
		const after = { storeIds: [shop.storeId, gone], approvedBy: staffId, categoryId: shop.categories.food, member };
		const subject = { kind: 'voucher', id: 'vou_2' };
		await inTransaction(db, (tx) => keepTrail(tx, bo, { action: 'voucher.edited', subject, before: {}, after }, now));
		const [entry] = (await listTrail(db, { filter: { ...all, subjectId: 'vou_2' } })).items;
		expect(entry?.names).toEqual({
			[shop.storeId]: 'Harbour',
			[staffId]: 'Ann Manager',
			[shop.categories.food]: 'Food'
		});
	});
});
