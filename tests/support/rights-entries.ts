import { newId } from '#core/ids';
import { defaultPolicy } from '#points';
import { defaultReturnPolicy } from '#purchases';
import { defaultRules } from '#stores';
import { catalogueEntries } from './rights-entries-catalogue.ts';
import { till, wallet } from './rights-entries-faces.ts';
import { giftCards } from './rights-entries-cards.ts';
import { groupEntries } from './rights-entries-groups.ts';
import { passkeyEntries } from './rights-entries-passkeys.ts';
import { memberEntries, memberFilter } from './rights-entries-members.ts';
import { customersPeople, desk, everybody, managers, owner, wholeHouse, type Entry } from './rights-entry.ts';
import { aDefinition } from './shop.ts';

/** Who may call what in the console; see rights-entry.ts for how to write an entry. */

const page = { state: null, text: '', cursor: null };
const token = 'a'.repeat(43);
const nothing = { none: 'it changes nothing' };
const signing = { none: 'signing in and out is not a change of the house' };

const undone = ({ id }: { id: string }) => ({ receiptId: id, lines: 'everything', reason: 'brought to the office' });

const invitation = { name: 'Joe', email: 'joe@example.com', role: 'key_account_manager' };

const people: Record<string, Entry> = {
	'admin.identity.signIn': {
		who: everybody,
		input: () => ({ email: 'nobody@example.com', password: 'wrong' }),
		answers: 'identity.password_wrong',
		trail: signing
	},
	'admin.identity.signOut': { who: everybody, trail: signing },
	'admin.identity.changePassword': {
		who: desk,
		input: () => ({ old: 'wrong', fresh: 'another quiet afternoon' }),
		answers: 'identity.session_unknown',
		trail: { none: 'nobody of the world has a session' }
	},
	'admin.identity.me': { who: everybody },
	'admin.identity.invitations.list': { who: managers },
	'admin.identity.invitations.invite': {
		who: managers,
		input: ({ key, shop }) => ({ key: key(), ...invitation, storeIds: [shop.otherStoreId] }),
		trail: 'kept'
	},
	'admin.identity.invitations.resend': {
		who: managers,
		input: ({ key, invitationId }) => ({ key: key(), id: invitationId }),
		trail: 'kept'
	},
	'admin.identity.invitations.correct': {
		who: managers,
		input: ({ key, shop, invitationId }) => ({
			key: key(),
			...invitation,
			storeIds: [shop.otherStoreId],
			id: invitationId,
			version: 1
		}),
		trail: 'kept'
	},
	'admin.identity.invitations.withdraw': {
		who: managers,
		input: ({ key, invitationId }) => ({ key: key(), id: invitationId }),
		trail: 'kept'
	},
	'admin.identity.invitations.read': {
		who: everybody,
		input: () => ({ token }),
		answers: 'identity.invitation_unknown',
		trail: nothing
	},
	'admin.identity.invitations.accept': {
		who: everybody,
		input: () => ({ token, name: 'Joe', password: 'another quiet afternoon' }),
		answers: 'identity.invitation_unknown',
		trail: { none: 'no link of the world is known here' }
	},
	'admin.identity.reset.request': { who: everybody, input: () => ({ email: 'nobody@example.com' }), trail: nothing },
	'admin.identity.reset.choose': {
		who: everybody,
		input: () => ({ token, password: 'another quiet afternoon' }),
		answers: 'identity.reset_unknown',
		trail: { none: 'no link of the world is known here' }
	},
	'admin.identity.staff.list': { who: managers },
	'admin.identity.staff.get': {
		who: managers,
		input: ({ cashierId }) => ({ staffId: cashierId }),
		there: ({ cashierThereId }) => ({ staffId: cashierThereId })
	},
	'admin.identity.staff.createCashier': {
		who: managers,
		input: ({ key, shop }) => ({ key: key(), name: 'Kim', pin: '8302', storeIds: [shop.otherStoreId] }),
		trail: 'kept'
	},
	'admin.identity.staff.change': {
		who: managers,
		input: ({ key, shop, cashierId }) => ({
			key: key(),
			staffId: cashierId,
			version: 1,
			name: 'Kim',
			role: 'supervisor',
			storeIds: [shop.storeId]
		}),
		there: ({ key, shop, cashierThereId }) => ({
			key: key(),
			staffId: cashierThereId,
			version: 1,
			name: 'Kim',
			role: 'supervisor',
			storeIds: [shop.otherStoreId]
		}),
		trail: 'kept'
	},
	...Object.fromEntries(
		(['setPin', 'disable', 'signOutOfTills'] as const).map((verb) => {
			const rest = verb === 'setPin' ? { pin: '8302' } : {};
			const entry: Entry = {
				who: managers,
				input: ({ key, cashierId }) => ({ key: key(), staffId: cashierId, ...rest }),
				there: ({ key, cashierThereId }) => ({ key: key(), staffId: cashierThereId, ...rest }),
				trail: verb === 'signOutOfTills' ? { none: 'the cashier of the world stands at no till' } : 'kept'
			};
			return [`admin.identity.staff.${verb}`, entry];
		})
	),
	'admin.identity.staff.restore': {
		who: managers,
		input: ({ key, leaverId }) => ({ key: key(), staffId: leaverId }),
		there: ({ key, cashierThereId }) => ({ key: key(), staffId: cashierThereId }),
		trail: 'kept'
	},
	'admin.identity.roles.list': { who: managers },
	'admin.identity.roles.create': {
		who: owner,
		input: ({ key }) => ({ key: key(), name: 'Stock', permissions: ['products.read'] }),
		trail: 'kept'
	},
	'admin.identity.roles.edit': {
		who: owner,
		input: ({ key, roleId }) => ({ key: key(), roleId, version: 1, name: 'Stock', permissions: ['products.read'] }),
		trail: 'kept'
	},
	'admin.identity.roles.archive': {
		who: owner,
		input: ({ key, roleId }) => ({ key: key(), roleId }),
		answers: 'identity.role_in_use',
		trail: { none: 'somebody of the world has the role' }
	},
	'admin.identity.clients.list': { who: owner },
	'admin.identity.clients.create': {
		who: owner,
		input: ({ key }) => ({ key: key(), name: 'Shop', scopes: ['till.sell'], storeIds: null, expiresAt: null }),
		answers: 'identity.session_unknown',
		trail: { none: 'nobody of the world has a session' }
	},
	'admin.identity.clients.revoke': {
		who: owner,
		input: ({ key }) => ({ key: key(), clientId: newId('client') }),
		answers: 'identity.client_unknown',
		trail: { none: 'no program of the world has a key' }
	},
	'admin.identity.devices.list': { who: managers },
	'admin.identity.devices.makeEnrolmentCode': {
		who: managers,
		input: ({ key, shop }) => ({ key: key(), storeId: shop.storeId, name: 'Till' }),
		there: ({ key, shop }) => ({ key: key(), storeId: shop.otherStoreId, name: 'Till' }),
		trail: 'kept'
	},
	'admin.identity.devices.revoke': {
		who: managers,
		input: ({ key, deviceId }) => ({ key: key(), deviceId }),
		there: ({ key, deviceThereId }) => ({ key: key(), deviceId: deviceThereId }),
		trail: 'kept'
	}
};

/** The world's people have rights and no sessions: what asks for the session itself says so to those who may. */
const ofSession: Entry = { who: desk, answers: 'identity.session_unknown' };
const own = { none: 'one’s own sign-ins' };
const noSession = { none: 'nobody of the world has a session' };

const account: Record<string, Entry> = {
	'admin.account.get': ofSession,
	'admin.account.proveAgain': {
		...ofSession,
		input: () => ({ password: 'a quiet afternoon', code: null }),
		trail: own
	},
	'admin.account.secondFactor.begin': { ...ofSession, trail: noSession },
	'admin.account.secondFactor.confirm': { ...ofSession, input: () => ({ code: '123456' }), trail: noSession },
	'admin.account.secondFactor.remove': { ...ofSession, trail: noSession },
	'admin.account.secondFactor.renewCodes': { ...ofSession, trail: noSession },
	'admin.account.sessions.list': ofSession,
	'admin.account.sessions.end': {
		who: desk,
		input: ({ key }) => ({ key: key(), id: 'ses_none' }),
		answers: 'identity.session_unknown',
		trail: own
	},
	'admin.account.sessions.endOthers': { ...ofSession, input: ({ key }) => ({ key: key() }), trail: own },
	'admin.identity.secondStep.view': { who: everybody },
	'admin.identity.secondStep.take': {
		who: everybody,
		input: () => ({ code: '123456' }),
		answers: 'identity.second_step_over',
		trail: signing
	},
	'admin.identity.secondStep.begin': { who: everybody, answers: 'identity.second_step_over', trail: signing },
	'admin.identity.secondStep.finish': {
		who: everybody,
		input: () => ({ code: '123456' }),
		answers: 'identity.second_step_over',
		trail: signing
	},
	'admin.identity.secondStep.leave': { who: everybody, trail: signing },
	'admin.identity.signIns.get': {
		who: managers,
		input: ({ cashierId }) => ({ staffId: cashierId }),
		there: ({ cashierThereId }) => ({ staffId: cashierThereId })
	},
	'admin.identity.signIns.end': {
		who: managers,
		answers: 'identity.no_console',
		input: ({ key, cashierId }) => ({ key: key(), staffId: cashierId, sessionId: null }),
		there: ({ key, cashierThereId }) => ({ key: key(), staffId: cashierThereId, sessionId: null }),
		trail: { none: 'the cashier of the world has no console' }
	},
	'admin.identity.signIns.sendReset': {
		who: managers,
		answers: 'identity.no_console',
		input: ({ key, cashierId }) => ({ key: key(), staffId: cashierId }),
		there: ({ key, cashierThereId }) => ({ key: key(), staffId: cashierThereId }),
		trail: { none: 'the cashier of the world has no console' }
	},
	'admin.identity.signIns.resetSecondFactor': {
		who: owner,
		input: ({ key, cashierId }) => ({ key: key(), staffId: cashierId, reason: 'the telephone is lost' }),
		answers: 'identity.session_unknown',
		trail: noSession
	},
	'admin.identity.signInRules.get': { who: desk },
	'admin.identity.signInRules.save': {
		who: owner,
		input: ({ key }) => ({ key: key(), secondFactor: 'managers', version: 1 }),
		answers: 'identity.session_unknown',
		trail: noSession
	}
};

const receipts = { storeId: null, fromDay: null, toDay: null, memberId: null, number: null };
const trail = { text: '', area: null, staffId: null, subjectId: null, fromDay: null, toDay: null };

const figures: Record<string, Entry> = {
	'admin.reports.today': {
		who: customersPeople,
		input: ({ shop }) => ({ storeId: shop.storeId, days: 7 }),
		there: ({ shop }) => ({ storeId: shop.otherStoreId, days: 7 })
	},
	'admin.reports.nextSteps': { who: customersPeople },
	'admin.reports.members': {
		who: desk,
		input: () => ({ filter: memberFilter, order: 'newest', descending: true, cursor: null })
	},
	'admin.reports.member': { who: desk, input: ({ memberId }) => ({ id: memberId }) },
	'admin.reports.mergePreview': {
		who: managers,
		input: ({ memberId }) => ({ fromId: memberId, intoId: memberId }),
		answers: 'member.merge_self'
	},
	'admin.reports.duplicates': { who: managers, input: () => ({ cursor: null }) },
	'admin.merging.merge': {
		who: managers,
		input: ({ key, memberId }) => ({ key: key(), fromId: memberId, intoId: memberId, reason: 'the same person' }),
		answers: 'member.merge_self',
		trail: { none: 'nobody becomes one with themselves; what a merge keeps is told by tests/races/merging.test.ts' }
	},
	'admin.reports.memberHistory': { who: customersPeople, input: ({ memberId }) => ({ id: memberId, cursor: null }) },
	'admin.reports.receipts': {
		who: customersPeople,
		input: ({ shop }) => ({ filter: { ...receipts, storeId: shop.storeId }, cursor: null }),
		there: ({ shop }) => ({ filter: { ...receipts, storeId: shop.otherStoreId }, cursor: null })
	},
	'admin.reports.receipt': {
		who: customersPeople,
		input: ({ receipt }) => ({ id: receipt.id }),
		there: ({ receiptThere }) => ({ id: receiptThere.id })
	},
	'admin.reports.trail': { who: managers, input: () => ({ filter: trail, cursor: null, size: 10 }) },
	'admin.reports.voucherUses': { who: customersPeople, input: ({ voucherId }) => ({ voucherId }) }
};

const house: Record<string, Entry> = {
	'admin.setup.needed': { who: everybody },
	'admin.setup.found': {
		who: everybody,
		input: () => ({
			code: 'SAAAAAAAAAAAAAAAA',
			shop: 'Shop',
			currency: 'EUR',
			timeZone: 'Europe/Berlin',
			store: 'Store',
			city: 'Hamburg',
			name: 'Olga',
			email: 'olga@example.com',
			password: 'another quiet afternoon'
		}),
		answers: 'input.invalid',
		trail: { none: 'the house of the world is founded' }
	},
	'admin.stores.list': { who: desk },
	'admin.stores.programme': { who: desk },
	'admin.stores.saveRules': {
		who: owner,
		input: ({ key }) => ({ key: key(), version: 1, rules: defaultRules }),
		trail: 'kept'
	},
	...catalogueEntries,
	...groupEntries,
	...memberEntries,
	'admin.points.policy': { who: desk },
	'admin.checkout.returnPolicy': { who: desk },
	'admin.checkout.saveReturnPolicy': {
		who: owner,
		input: ({ key }) => ({ key: key(), version: 0, policy: { ...defaultReturnPolicy, otherStores: false } }),
		trail: 'kept'
	},
	'admin.checkout.previewUndo': {
		who: managers,
		input: ({ receipt }) => undone(receipt),
		there: ({ receiptThere }) => undone(receiptThere),
		trail: nothing
	},
	'admin.checkout.undo': {
		who: managers,
		input: ({ key, receipt }) => ({ key: key(), ...undone(receipt) }),
		there: ({ key, receiptThere }) => ({ key: key(), ...undone(receiptThere) }),
		trail: 'kept'
	},
	'admin.points.savePolicy': {
		who: owner,
		input: ({ key }) => ({
			key: key(),
			version: 0,
			policy: { ...defaultPolicy, adjust: { ...defaultPolicy.adjust, mayOwe: true } }
		}),
		trail: 'kept'
	},
	'admin.points.types': { who: desk },
	'admin.points.saveTypes': {
		who: owner,
		input: ({ key }) => ({
			key: key(),
			version: 1,
			types: [
				{
					id: null,
					name: 'Stamps',
					earn: { kind: 'by_hand' },
					expiry: { days: null, rounding: 'day', monthDay: null },
					archived: false
				}
			]
		}),
		trail: 'kept'
	},
	'admin.points.acts': { who: customersPeople, input: ({ memberId }) => ({ memberId, cursor: null }) },
	'admin.points.adjust': {
		who: managers,
		input: ({ key, memberId }) => ({ key: key(), memberId, points: 10, reason: 'for the trouble', note: null }),
		trail: 'kept'
	},
	'admin.points.extend': {
		who: managers,
		input: ({ key, memberId }) => ({ key: key(), memberId, untilDay: '2031-01-31', reason: 'for the trouble' }),
		trail: 'kept'
	}
};

const vouchers: Record<string, Entry> = {
	'admin.vouchers.list': { who: customersPeople, input: () => page },
	'admin.vouchers.get': { who: customersPeople, input: ({ voucherId }) => ({ id: voucherId }) },
	'admin.vouchers.codes': { who: customersPeople, input: ({ voucherId }) => ({ voucherId, ...page, limit: 10 }) },
	'admin.vouchers.findCode': { who: customersPeople, input: () => ({ code: 'SPRING' }), trail: nothing },
	'admin.vouchers.code': { who: customersPeople, input: ({ codeId }) => ({ id: codeId }) },
	'admin.vouchers.tryCode': {
		who: customersPeople,
		input: ({ codeId, number }) => ({ codeId, member: number, storeId: null }),
		trail: nothing
	},
	'admin.vouchers.choices': { who: customersPeople },
	'admin.vouchers.policy': { who: desk },
	'admin.vouchers.savePolicy': {
		who: owner,
		input: ({ key }) => ({ key: key(), version: 0, policy: { holdMinutes: 20 } }),
		trail: 'kept'
	},
	'admin.vouchers.products': { who: customersPeople, input: () => ({ text: '' }) },
	'admin.vouchers.create': {
		who: wholeHouse,
		input: ({ key }) => ({ key: key(), definition: aDefinition(), sharedCode: null }),
		trail: 'kept'
	},
	'admin.vouchers.edit': {
		who: wholeHouse,
		input: ({ key, voucherId }) => ({
			key: key(),
			id: voucherId,
			version: 1,
			definition: aDefinition({ holding: 'assigned', title: 'Another' })
		}),
		trail: 'kept'
	},
	'admin.vouchers.pause': {
		who: wholeHouse,
		input: ({ key, voucherId }) => ({ key: key(), id: voucherId }),
		trail: 'kept'
	},
	'admin.vouchers.resume': {
		who: wholeHouse,
		input: ({ key, voucherId }) => ({ key: key(), id: voucherId }),
		trail: { none: 'the voucher of the world is not paused' }
	},
	'admin.vouchers.archive': {
		who: wholeHouse,
		input: ({ key, voucherId }) => ({ key: key(), id: voucherId }),
		trail: 'kept'
	},
	'admin.vouchers.makeCodes': {
		who: wholeHouse,
		input: ({ key, voucherId }) => ({ key: key(), voucherId, count: 2 }),
		trail: 'kept'
	},
	'admin.vouchers.assign': {
		who: customersPeople,
		input: ({ key, voucherId, strangerNumber }) => ({ key: key(), voucherId, members: [strangerNumber] }),
		trail: 'kept'
	},
	'admin.vouchers.voidCode': {
		who: managers,
		input: ({ key, codeId }) => ({ key: key(), codeId, reason: 'it was lost' }),
		trail: 'kept'
	},
	'admin.vouchers.extendCode': {
		who: managers,
		input: ({ key, codeId }) => ({ key: key(), codeId, endsAt: new Date('2027-01-31'), reason: 'it was lost' }),
		trail: 'kept'
	},
	'admin.vouchers.extend': {
		who: wholeHouse,
		input: ({ key, voucherId }) => ({ key: key(), voucherId, endsAt: new Date('2027-01-31'), reason: 'asked for' }),
		trail: 'kept'
	},
	'admin.vouchers.reissueCode': {
		who: managers,
		input: ({ key, codeId }) => ({ key: key(), codeId, reason: 'it was lost' }),
		trail: 'kept'
	},
	'admin.vouchers.giveBackUse': {
		who: managers,
		input: ({ key }) => ({ key: key(), receiptId: 'rcp_none', redemptionId: 'red_none', reason: 'by mistake' }),
		answers: 'voucher.use_unknown',
		trail: { none: 'no voucher of the world was used' }
	},
	'admin.vouchers.releaseHolds': {
		who: managers,
		input: ({ key, codeId }) => ({ key: key(), codeId }),
		trail: { none: 'no basket of the world holds one' }
	}
};

export const entries: Readonly<Record<string, Entry>> = {
	...wallet,
	...till,
	...people,
	...account,
	...passkeyEntries,
	...figures,
	...house,
	...vouchers,
	...giftCards
};
