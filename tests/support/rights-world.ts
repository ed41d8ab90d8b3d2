import type { Actor, Role } from '#core/actor';
import { findStaffOf, inviteStaff } from '#identity/server';
import { inTransaction, type Db } from '#platform/db';
import { localMail } from '#platform/mail/local';
import type { Context } from '#platform/trpc';
import { may, permissions } from '#identity';
import { createCaller, type Caller } from '#wiring/router.server';
import { newId } from '#core/ids';
import { aDefinition, aKey, aMember, anAsk, aSale, line, openShop, sell, type Shop } from './shop.ts';

/** Everybody who calls, by where they stand and which role they have. */
export const callers = [
	'guest',
	/** with an API key that may do all that a key may: it calls no procedures */
	'program',
	'shopper',
	'tablet',
	'till cashier',
	'till supervisor',
	'till manager',
	'till key-account',
	'till owner',
	'console manager',
	'console key-account',
	'console owner',
	/** an own role that may read members and nothing else */
	'console reader',
	/** a manager of the other store alone */
	'console elsewhere'
] as const;
export type CallerName = (typeof callers)[number];

/** A shop with one of everything; `there` is the store of `console elsewhere`, everything without that word is not. */
export interface RightsWorld {
	shop: Shop;
	now: Date;
	actors: Record<CallerName, Actor>;
	/** another shopper than `shopper` */
	stranger: Actor;
	memberId: string;
	number: string;
	strangerNumber: string;
	receipt: { id: string; number: string };
	receiptThere: { id: string };
	voucherId: string;
	codeId: string;
	sharedCode: string;
	cardId: string;
	idleCardId: string;
	/** in no wallet */
	bearerCardId: string;
	/** of a card in no wallet, by link */
	giftId: string;
	cashierId: string;
	cashierThereId: string;
	leaverId: string;
	deviceId: string;
	deviceThereId: string;
	roleId: string;
	invitationId: string;
	categoryId: string;
	key: () => string;
	/** the procedures as somebody calls them, on a database or in a transaction */
	call: (actor: Actor, db?: Db) => { api: Caller; requestId: string };
}

const pin = '4711';

function contextFor(actor: Actor, db: Db, now: Date): Context {
	const sent = localMail(() => {});
	return {
		actor,
		db,
		looking: db,
		reading: db,
		now,
		requestId: newId('request', now),
		language: 'en',
		may: (permission) => may(actor, permission),
		sentenceOf: ({ code }) => code,
		headers: new Headers(),
		ip: '203.0.113.7',
		secure: false,
		cookies: { get: () => undefined, set: () => {}, delete: () => {} },
		mail: sent,
		origin: 'http://shop.test',
		secret: 'a secret for tests that is long enough',
		sameOrigin: true
	};
}

export async function aRightsWorld(db: Db, now: Date): Promise<RightsWorld> {
	const shop = await openShop(db, now);
	const call = (actor: Actor, on: Db = db) => {
		const context = contextFor(actor, on, now);
		return { api: createCaller(context), requestId: context.requestId };
	};
	let hired = 0;
	const staff = async (role: Role, storeIds: string[] | null = null): Promise<Actor & { kind: 'staff' }> => {
		const invitation = {
			name: role,
			email: `staff${++hired}@example.com`,
			password: 'a quiet afternoon',
			role,
			storeIds
		};
		const { userId } = await inTransaction(db, (tx) => inviteStaff(tx, invitation, now));
		const person = await findStaffOf(db, userId);
		if (!person) throw new Error('whoever was hired is found');
		return { kind: 'staff', userId, ...person };
	};
	const owner = await staff('owner');
	const house = call(owner).api.admin;
	const { roleId } = await house.identity.roles.create({ key: aKey(), name: 'Reader', permissions: ['members.read'] });
	const shopperOf = async (): Promise<{ actor: Actor; memberId: string }> => {
		const memberId = await aMember(db, now);
		return { actor: { kind: 'shopper', userId: newId('user', now), memberId }, memberId };
	};
	const [ann, bob] = [await shopperOf(), await shopperOf()];
	const devices = await twoTablets(house, call, shop);
	const at = (person: (Actor & { kind: 'staff' }) | null): Actor => ({
		kind: 'till',
		deviceId: devices.here,
		storeId: shop.storeId,
		staff: person && { ...person, id: person.staffId }
	});
	const manager = await staff('manager');
	const keyAccount = await staff('key_account_manager');
	const actors: RightsWorld['actors'] = {
		guest: { kind: 'guest' },
		program: { kind: 'client', clientId: newId('client', now), name: 'Web shop', permissions, storeIds: null },
		shopper: ann.actor,
		tablet: at(null),
		'till cashier': at(await staff('cashier')),
		'till supervisor': at(await staff('supervisor')),
		'till manager': at(manager),
		'till key-account': at(keyAccount),
		'till owner': at(owner),
		'console manager': manager,
		'console key-account': keyAccount,
		'console owner': owner,
		'console reader': await staff(roleId as Role),
		'console elsewhere': await staff('manager', [shop.otherStoreId])
	};
	const sold = async (storeId: string) => {
		const result = await sell(db, await aSale(db, shop, anAsk(ann.memberId, [line('a', 1000)]), now, { storeId }), now);
		if (!result.ok) throw new Error(result.refusal.code);
		return result.receipt;
	};
	const [receipt, receiptThere] = [await sold(shop.storeId), await sold(shop.otherStoreId)];
	const goods = await rightsAndCards(house, ann.memberId, call(ann.actor).api);
	const people = await colleagues(house, shop);
	const strangerNumber = (await house.reports.member({ id: bob.memberId })).member.number;
	return {
		shop,
		now,
		actors,
		stranger: bob.actor,
		strangerNumber,
		memberId: ann.memberId,
		receipt: { id: receipt.id, number: receipt.number },
		receiptThere: { id: receiptThere.id },
		...goods,
		...people,
		deviceId: devices.here,
		deviceThereId: devices.there,
		roleId,
		categoryId: shop.categories.food,
		key: aKey,
		call
	};
}

async function twoTablets(house: Caller['admin'], call: RightsWorld['call'], shop: Shop) {
	const enrolled = async (storeId: string) => {
		const { code } = await house.identity.devices.makeEnrolmentCode({ key: aKey(), storeId, name: 'Till' });
		return (await call({ kind: 'guest' }).api.till.identity.enrol({ code })).deviceId;
	};
	return { here: await enrolled(shop.storeId), there: await enrolled(shop.otherStoreId) };
}

async function rightsAndCards(house: Caller['admin'], memberId: string, ann: Caller) {
	const { member } = await house.reports.member({ id: memberId });
	const definition = aDefinition({ holding: 'assigned', endsAt: new Date('2026-12-31T23:00:00Z') });
	const { id: voucherId } = await house.vouchers.create({ key: aKey(), definition, sharedCode: null });
	await house.vouchers.assign({ key: aKey(), voucherId, members: [member.number] });
	const codes = await house.vouchers.codes({ voucherId, state: null, cursor: null, limit: 10 });
	const open = aDefinition({ title: 'For everybody', codeKind: 'shared', usesPerCode: null });
	const shared = await house.vouchers.create({ key: aKey(), definition: open, sharedCode: 'SPRING' });
	const issued = async (active: boolean, holder: string | null = member.number) => {
		const wish = { key: aKey(), count: 1, cents: 2000, member: holder, active, expiresAt: null };
		return (await house.giftcards.issue(wish)).cards[0]?.id ?? '';
	};
	const given = { cardId: await issued(true, null), giverName: 'Shop', receiverName: 'Joe', email: null, sure: false };
	const gift = { ...given, key: aKey(), words: '', design: 'ribbon', day: null, language: 'en' } as const;
	await ann.wallet.home.overview();
	return {
		number: member.number,
		voucherId,
		codeId: codes.items[0]?.id ?? '',
		sharedCode: shared.sharedCode ?? '',
		cardId: await issued(true),
		idleCardId: await issued(false),
		bearerCardId: await issued(true, null),
		giftId: (await house.gifts.make(gift)).id
	};
}

async function colleagues(house: Caller['admin'], shop: Shop) {
	const add = async (name: string, storeIds: string[]) =>
		(await house.identity.staff.createCashier({ key: aKey(), name, pin, storeIds })).staffId;
	const leaverId = await add('Leaver', [shop.storeId]);
	await house.identity.staff.disable({ key: aKey(), staffId: leaverId });
	const invitation = { name: 'Ivy', email: 'ivy@example.com', role: 'key_account_manager', storeIds: [shop.storeId] };
	return {
		cashierId: await add('Here', [shop.storeId]),
		cashierThereId: await add('There', [shop.otherStoreId]),
		leaverId,
		invitationId: (await house.identity.invitations.invite({ key: aKey(), ...invitation })).id
	};
}
