import type { Entry } from './rights-entry.ts';
import { customersPeople, desk, managers, owner, sellers, shopper } from './rights-entry.ts';

/** Who may call what of members, tags and what is asked of them; see rights-entry.ts for how to write an entry. */

const person = {
	name: 'Ada',
	email: null,
	phone: null,
	language: null,
	birthday: null,
	birthYear: null,
	address: null,
	note: null
};
const attribute = { label: 'Shoe size', choices: [], required: false, shownAtTill: false, personal: false };
const agreed = { programme: true, news: false };
const noTag = { answers: 'tag.unknown', trail: { none: 'no tag of the world is there' } } as const;
const noAttribute = { answers: 'attribute.unknown', trail: { none: 'nothing more is asked in the world' } } as const;
/** What concerns every store is not for a manager of one. */
const wide: Entry['who'] = ['console owner', 'console manager', 'console key-account'];
const own = 'admin.customers.asking';
const data = 'admin.memberData';
/** Callers of the world are signed in without a cookie. */
const noCookie = { answers: 'identity.session_unknown' } as const;

export const memberEntries: Record<string, Entry> = {
	'admin.customers.asked': { who: desk },
	'admin.customers.form': { who: desk, input: ({ memberId }) => ({ id: memberId }) },
	'admin.customers.side': { who: desk, input: ({ memberId }) => ({ id: memberId }) },
	'admin.customers.create': {
		who: customersPeople,
		input: ({ key }) => ({ key: key(), person, attributes: {}, card: null, agreed }),
		trail: 'kept'
	},
	'admin.customers.edit': {
		who: customersPeople,
		input: ({ key, memberId }) => ({ key: key(), id: memberId, version: 1, person, attributes: {} }),
		trail: 'kept'
	},
	'admin.customers.block': {
		who: customersPeople,
		input: ({ key, memberId }) => ({ key: key(), id: memberId, blocked: true, reason: 'Asked us to' }),
		trail: 'kept'
	},
	'admin.customers.linkCode': {
		who: customersPeople,
		input: ({ key, memberId }) => ({ key: key(), memberId, code: '20001234', kind: 'plastic' }),
		trail: 'kept'
	},
	'admin.customers.endCode': {
		who: customersPeople,
		input: ({ key }) => ({ key: key(), id: 'mco_none' }),
		answers: 'member_card.unknown',
		trail: { none: 'nobody in the world has a card' }
	},
	'admin.customers.noteNews': {
		who: customersPeople,
		input: ({ key, memberId }) => ({ key: key(), memberId, wanted: true }),
		trail: 'kept'
	},
	'admin.customers.setTags': {
		who: customersPeople,
		input: ({ key, memberId }) => ({ key: key(), memberId, tagIds: ['tag_none'] }),
		...noTag
	},
	'admin.customers.tagMany': {
		who: customersPeople,
		input: ({ key, memberId }) => ({ key: key(), memberIds: [memberId], tagId: 'tag_none', on: true }),
		...noTag
	},
	[`${own}.settings`]: { who: desk },
	[`${own}.savePolicy`]: {
		who: owner,
		input: ({ key }) => ({ key: key(), phoneCountry: 'DE', version: 0 }),
		trail: 'kept'
	},
	[`${own}.createTag`]: {
		who: customersPeople,
		input: ({ key }) => ({ key: key(), name: 'Regular', colour: 'good' }),
		trail: 'kept'
	},
	[`${own}.editTag`]: {
		who: customersPeople,
		input: ({ key }) => ({ key: key(), id: 'tag_none', version: 1, name: 'Regular', colour: 'good' }),
		...noTag
	},
	[`${own}.deleteTag`]: { who: wide, input: ({ key }) => ({ key: key(), id: 'tag_none' }), ...noTag },
	[`${own}.createAttribute`]: {
		who: owner,
		input: ({ key }) => ({ key: key(), name: 'shoe_size', kind: 'number', ...attribute }),
		trail: 'kept'
	},
	[`${own}.editAttribute`]: {
		who: owner,
		input: ({ key }) => ({ key: key(), id: 'att_none', version: 1, ...attribute }),
		...noAttribute
	},
	[`${own}.archiveAttribute`]: {
		who: owner,
		input: ({ key }) => ({ key: key(), id: 'att_none', archived: true }),
		...noAttribute
	},
	'admin.reports.lookUp': {
		who: desk,
		input: ({ number }) => ({ text: number }),
		trail: { none: 'it looks and changes nothing' }
	},
	'admin.reports.memberIds': { who: customersPeople, input: () => ({ filter: memberFilter, cursor: null }) },
	'admin.reports.exportMembers': {
		who: ['console owner', 'console manager'],
		input: () => ({ filter: memberFilter, after: null }),
		trail: 'kept'
	},
	'till.customers.join': {
		who: sellers,
		input: ({ key }) => ({ key: key(), name: 'Ada', contact: null, card: null, agreed }),
		trail: 'kept'
	},
	'till.customers.linkCard': {
		// The cashier's tablet has not seen the member's phone.
		who: ['till supervisor', 'till manager', 'till owner', 'till cashier'],
		input: ({ key, memberId }) => ({ key: key(), memberId, code: '20001235', kind: 'plastic' }),
		trail: 'kept'
	},
	'till.receipts.claim': {
		who: sellers,
		input: ({ key, memberId }) => ({ key: key(), memberId, number: 'R' }),
		answers: 'claim.no_receipt',
		trail: { none: 'there is no such receipt' }
	},
	'wallet.customers.profile': { who: shopper },
	'wallet.data.overview': { who: shopper },
	'wallet.data.export': { who: shopper, ...noCookie },
	'wallet.data.askErasure': { who: shopper, input: ({ key }) => ({ key: key() }), ...noCookie },
	'wallet.data.takeBackErasure': {
		who: shopper,
		input: ({ key }) => ({ key: key() }),
		answers: 'member_erasure.none'
	},
	'wallet.identity.sendProof': { who: shopper, ...noCookie },
	'wallet.identity.prove': { who: shopper, input: () => ({ code: '123456' }), ...noCookie },
	'wallet.identity.sessions': { who: shopper, ...noCookie },
	'wallet.identity.endSessions': { who: shopper, input: () => ({ id: null }), ...noCookie },
	'wallet.receipts.claim': {
		who: shopper,
		input: ({ key }) => ({ key: key(), number: 'R' }),
		answers: 'claim.no_receipt'
	},
	'wallet.giftcards.changePin': {
		who: shopper,
		input: ({ cardId: id }) => ({ id, current: null, pin: '2469' }),
		stranger: 'gift_card.not_found',
		trail: 'kept'
	},
	'admin.receipts.claim': {
		who: customersPeople,
		input: ({ key, memberId }) => ({ key: key(), memberId, number: 'R', reason: 'They forgot their phone' }),
		answers: 'claim.no_receipt',
		trail: { none: 'there is no such receipt' }
	},
	[`${data}.of`]: { who: desk, input: ({ memberId }) => ({ id: memberId }) },
	[`${data}.stake`]: { who: managers, input: ({ memberId }) => ({ id: memberId }) },
	[`${data}.erase`]: {
		who: managers,
		input: ({ key, memberId }) => ({ key: key(), id: memberId, reason: 'They asked by letter', name: 'Nobody' }),
		answers: 'member_erasure.name_other',
		trail: { none: 'another name was typed' }
	},
	[`${data}.takeBack`]: {
		who: managers,
		input: ({ key, memberId }) => ({ key: key(), id: memberId, reason: 'They stay' }),
		answers: 'member_erasure.none',
		trail: { none: 'nobody in the world waits to be erased' }
	},
	[`${data}.waiting`]: { who: desk, input: () => ({ cursor: null }) },
	[`${data}.export`]: {
		who: managers,
		input: ({ memberId }) => ({ id: memberId, reason: 'They asked by letter' }),
		trail: 'kept'
	},
	[`${data}.policy`]: { who: desk },
	[`${data}.savePolicy`]: {
		who: owner,
		input: ({ key }) => ({
			key: key(),
			version: 0,
			policy: { erasureDays: 3, ownBirthday: 'free', claimDays: 14 }
		}),
		trail: 'kept'
	}
};

export const memberFilter = {
	text: '',
	tagId: null,
	attribute: null,
	joinedFrom: null,
	joinedTo: null,
	blocked: null
};
