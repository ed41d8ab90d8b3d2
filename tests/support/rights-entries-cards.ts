import { customersPeople, managers, owner, wholeHouse, type Entry } from './rights-entry.ts';

/** Who may do what with gift cards in the console; see rights-entry.ts for how to write an entry. */

const page = { state: null, text: '', cursor: null };
const nothing = { none: 'it changes nothing' };
const gift = { receiverName: 'Joe', email: null, sure: false, words: '', design: 'ribbon', day: null };

export const giftCards: Record<string, Entry> = {
	'admin.gifts.ofCard': { who: customersPeople, input: ({ cardId }) => ({ cardId }) },
	'admin.gifts.make': {
		who: managers,
		input: ({ key, bearerCardId: cardId }) => ({ key: key(), cardId, giverName: 'Shop', ...gift, language: 'en' }),
		trail: 'kept'
	},
	'admin.gifts.change': {
		who: managers,
		input: ({ key, giftId: id }) => ({
			key: key(),
			id,
			version: 1,
			receiverName: 'Joe',
			email: null,
			sure: false,
			day: null
		}),
		trail: 'kept'
	},
	'admin.gifts.cancel': { who: managers, input: ({ key, giftId: id }) => ({ key: key(), id }), trail: 'kept' },
	'admin.gifts.link': { who: managers, input: ({ giftId: id }) => ({ id }), trail: nothing },
	'admin.reports.liability': { who: [...wholeHouse, 'console key-account'], input: () => ({ day: null }) },
	'admin.giftcards.list': { who: customersPeople, input: () => page },
	'admin.giftcards.get': { who: customersPeople, input: ({ cardId }) => ({ id: cardId, cursor: null }) },
	'admin.giftcards.programme': { who: customersPeople },
	'admin.giftcards.find': {
		who: customersPeople,
		input: () => ({ code: 'G' }),
		answers: 'gift_card.not_found',
		trail: nothing
	},
	'admin.giftcards.issue': {
		who: managers,
		input: ({ key }) => ({ key: key(), count: 1, cents: 1000, member: null, active: true, expiresAt: null }),
		trail: 'kept'
	},
	'admin.giftcards.block': {
		who: managers,
		input: ({ key, idleCardId }) => ({ key: key(), id: idleCardId, reason: 'Lost' }),
		trail: 'kept'
	},
	'admin.giftcards.unblock': {
		who: managers,
		input: ({ key, idleCardId }) => ({ key: key(), id: idleCardId, reason: 'Found' }),
		answers: 'gift_card.not_blocked',
		trail: nothing
	},
	'admin.giftcards.replace': {
		who: managers,
		input: ({ key, idleCardId }) => ({ key: key(), id: idleCardId, reason: 'Lost' }),
		answers: 'gift_card.not_sold',
		trail: nothing
	},
	'admin.giftcards.merge': {
		who: managers,
		input: ({ key, cardId, idleCardId }) => ({ key: key(), id: idleCardId, into: cardId, reason: 'One is enough' }),
		answers: 'gift_card.not_paying',
		trail: nothing
	},
	'admin.giftcards.correct': {
		who: managers,
		input: ({ key, cardId }) => ({ key: key(), id: cardId, cents: 100, reason: 'A complaint' }),
		trail: 'kept'
	},
	'admin.giftcards.changeExpiry': {
		who: managers,
		input: ({ key, cardId }) => ({ key: key(), id: cardId, expiresAt: null, reason: 'A complaint' }),
		trail: 'kept'
	},
	'admin.giftcards.removePin': {
		who: managers,
		input: ({ key, cardId }) => ({ key: key(), id: cardId, reason: 'Forgotten' }),
		answers: 'gift_card.pin_none',
		trail: nothing
	},
	'admin.giftcards.batches': { who: customersPeople, input: () => ({ cursor: null }) },
	'admin.giftcards.makeBatch': {
		who: managers,
		input: ({ key }) => ({ key: key(), name: 'Winter', cards: 2, valueCents: null, currency: 'EUR', expiresAt: null }),
		trail: 'kept'
	},
	'admin.giftcards.stopBatch': {
		who: managers,
		input: ({ key }) => ({ key: key(), id: 'gfb_none' }),
		answers: 'gift_card.batch_unknown',
		trail: { none: 'there is no such batch' }
	},
	'admin.giftcards.printCodes': {
		who: managers,
		input: () => ({ id: 'gfb_none', cursor: null }),
		answers: 'gift_card.batch_unknown',
		trail: nothing
	},
	'admin.giftcards.rules': { who: customersPeople },
	'admin.giftcards.saveRules': {
		who: owner,
		input: ({ key }) => ({
			key: key(),
			version: 7,
			rules: { terms: [], earnsPoints: false, expiry: { kind: 'never' }, expiryByStore: {} }
		}),
		answers: 'gift_card.rules_changed',
		trail: nothing
	},
	'admin.giftcards.activate': {
		who: managers,
		input: ({ key, idleCardId }) => ({ key: key(), id: idleCardId }),
		trail: 'kept'
	}
};
