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

async function colleague(role: 'manager' | 'owner') {
	const email = `${role}@example.com`;
	await inTransaction(db, (tx) => inviteStaff(tx, { name: role, email, password, role }, new Date()));
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
