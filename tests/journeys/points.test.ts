import { beforeAll, expect, it } from 'vitest';
import { newId } from '#core/ids';
import { day, later } from '#core/time';
import { inviteStaff } from '#identity/server';
import { closeAll } from '#platform/lifecycle';
import { inTransaction } from '#platform/db';
import { testDatabase } from '../support/database.ts';
import { openShop as furnish } from '../support/shop.ts';
import { openShop, refusalFrom, Visitor } from '../support/visitor.ts';

const { db, url } = await testDatabase();
const mail = openShop(url);
const password = 'correct horse battery';
beforeAll(async () => {
	await furnish(db, later(new Date(), -day));
	return () => closeAll('drained');
});

async function shopper(email: string) {
	const visitor = new Visitor();
	await visitor.api.wallet.identity.requestCode.mutate({ email });
	const code = /^(\d{6})$/m.exec(mail.recent().find(({ to }) => to === email)?.text ?? '')?.[1] ?? '';
	await visitor.api.wallet.identity.signInWithCode.mutate({ email, code });
	return { visitor, me: await visitor.api.wallet.customers.me.query() };
}

async function colleague(role: 'manager' | 'owner', name: string = role) {
	const email = `${name}@example.com`;
	await inTransaction(db, (tx) => inviteStaff(tx, { name, email, password, role }, new Date()));
	const visitor = new Visitor();
	await visitor.api.admin.identity.signIn.mutate({ email, password });
	return visitor.api.admin;
}

it('a manager makes good with points, the member reads why and gives some to a friend', async () => {
	const [manager, owner] = [await colleague('manager'), await colleague('owner')];
	const ann = await shopper('ann@example.com');
	const bo = await shopper('bo@example.com');
	const given = { memberId: ann.me.memberId, reason: 'A parcel came late', note: 'Sorry for the wait' };

	const tooMuch = { ...given, key: newId('request'), points: 20_000 };
	expect(await refusalFrom(manager.points.adjust.mutate(tooMuch))).toMatchObject({
		code: 'points.over_limit',
		sentence: 'You may move at most 10,000 points at once.'
	});
	const key = newId('request');
	const first = await manager.points.adjust.mutate({ ...given, key, points: 500 });
	// No answer came, and the button was pressed again.
	expect(await manager.points.adjust.mutate({ ...given, key, points: 500 })).toEqual(first);
	// An owner is not bound by the limit.
	await owner.points.adjust.mutate({ ...tooMuch, key: newId('request') });

	const wallet = await ann.visitor.api.wallet.home.overview.query();
	expect(wallet.points).toMatchObject({ spendable: 20_500, leastGiven: null });
	expect(wallet.latest.map((event) => event.kind === 'points' && [event.points, event.note]).sort()).toEqual([
		[20_000, 'Sorry for the wait'],
		[500, 'Sorry for the wait']
	]);
	const trail = await owner.reports.trail.query({
		filter: { text: 'parcel', area: 'points', staffId: null, subjectId: null, fromDay: null, toDay: null },
		cursor: null,
		size: 10
	});
	expect(trail.items.map(({ who }) => who.name).sort()).toEqual(['manager', 'owner']);

	const gift = { to: bo.me.staticCode, points: 300, note: 'For coffee' };
	const give = (wish: object) =>
		ann.visitor.api.wallet.points.transfer.mutate({ ...gift, key: newId('request'), ...wish });
	expect(await refusalFrom(give({}))).toMatchObject({ code: 'points.transfer_off' });
	const { policy, version } = await owner.points.policy.query();
	const open = { ...policy, transfer: { enabled: true, least: 50, mostPerDay: 1000 } };
	expect(
		await refusalFrom(manager.points.savePolicy.mutate({ key: newId('request'), version, policy: open }))
	).toMatchObject({
		code: 'access.not_allowed'
	});
	await owner.points.savePolicy.mutate({ key: newId('request'), version, policy: open });
	await give({});
	expect(await refusalFrom(give({ points: 701 }))).toMatchObject({ code: 'points.transfer_day_limit' });
	expect(await refusalFrom(give({ to: 'bo@example.com' }))).toMatchObject({ code: 'points.receiver_unknown' });
	expect((await bo.visitor.api.wallet.home.overview.query()).latest).toMatchObject([
		{ kind: 'points', reason: 'transferred', points: 300, note: 'For coffee' }
	]);
	expect((await ann.visitor.api.wallet.home.overview.query()).points).toMatchObject({
		spendable: 20_200,
		leastGiven: 50
	});
});

it('stamps go from wallet to wallet once the type allows it, and a manager lets them live longer', async () => {
	const [manager, owner] = [await colleague('manager', 'deputy'), await colleague('owner', 'partner')];
	const [cy, di] = [await shopper('cy@example.com'), await shopper('di@example.com')];
	const stamps = {
		id: null,
		name: 'Stamps',
		earn: { kind: 'by_hand' as const },
		expiry: { days: 30, rounding: 'day' as const, monthDay: null },
		archived: false
	};
	const keep = async (types: object[]) => {
		const { version } = await owner.points.types.query();
		await owner.points.saveTypes.mutate({ key: newId('request'), version, types: types as (typeof stamps)[] });
		return (await owner.points.types.query()).types;
	};
	const [type] = await keep([stamps]);
	const typeId = type?.id ?? '';
	const [memberId, reason] = [cy.me.memberId, 'A parcel came late'];
	const given = { memberId, typeId, points: 9, reason, note: null };
	await manager.points.adjust.mutate({ ...given, key: newId('request') });
	const untilDay = new Date(Date.now() + 90 * day).toISOString().slice(0, 10);
	const key = newId('request');
	const longer = await manager.points.extend.mutate({ key, memberId, typeId, untilDay, reason });
	expect(longer).toMatchObject({ points: 9 });
	expect(await manager.points.extend.mutate({ key, memberId, typeId, untilDay, reason })).toEqual(longer);
	const give = (points: number, wish: object = {}) =>
		cy.visitor.api.wallet.points.transfer.mutate({
			...{ key: newId('request'), to: di.me.staticCode, points, typeId, note: 'For a coffee' },
			...wish
		});
	expect(await refusalFrom(give(4))).toMatchObject({ code: 'points.transfer_off' });
	await keep([{ ...type, transfer: { least: 2, mostPerDay: 5 } }]);
	await give(4);
	expect(await refusalFrom(give(2))).toMatchObject({ code: 'points.transfer_day_limit', details: { leftPoints: 1 } });
	for (const wrong of ['pty_nobody', 'x'.repeat(40)])
		expect(await refusalFrom(give(2, { typeId: wrong }))).toMatchObject({ code: 'points.type_unknown' });
	const home = await di.visitor.api.wallet.home.overview.query();
	expect(home.points.types).toMatchObject([{ name: 'Stamps', spendable: 4, leastGiven: 2, lots: [{ points: 4 }] }]);
	expect(home.latest).toMatchObject([
		{ kind: 'points', reason: 'transferred', points: 4, typeName: 'Stamps', note: 'For a coffee' }
	]);
	expect((await cy.visitor.api.wallet.home.overview.query()).points.types).toMatchObject([{ spendable: 5 }]);
	const trail = await owner.reports.trail.query({
		filter: { text: '', area: 'points', staffId: null, subjectId: memberId, fromDay: null, toDay: null },
		cursor: null,
		size: 10
	});
	expect(trail.items.map(({ action }) => action).sort()).toEqual([
		'points.adjusted',
		'points.extended',
		'points.transferred'
	]);
});

it('whoever tries codes that nobody has is slowed down', async () => {
	const { visitor } = await shopper('guesser@example.com');
	const codes: string[] = [];
	for (let i = 0; i < 22; i++) {
		const call = visitor.api.wallet.points.transfer.mutate({
			to: 'MAAAAAAAAAAA',
			points: 100,
			note: null,
			key: newId('request')
		});
		codes.push((await refusalFrom(call)).code);
	}
	expect(codes[0]).toBe('points.receiver_unknown');
	expect(codes.at(-1)).toBe('points.transfer_too_often');
});
