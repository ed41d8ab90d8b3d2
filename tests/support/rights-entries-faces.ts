import { byHand, everybody, sellers, shopper, tablets, type Entry } from './rights-entry.ts';
import type { RightsWorld } from './rights-world.ts';
import { anAsk, line } from './shop.ts';

/** Who may call what in the wallet and at the till; see rights-entry.ts for how to write an entry. */

const link = 'a'.repeat(43);
const noGift = { id: 'gif_none' };
const noAddress = { receiverName: 'Joe', email: null, sure: false, day: null };

const gifting: Record<string, Entry> = {
	'wallet.gifts.given': { who: shopper },
	'wallet.gifts.give': {
		who: shopper,
		input: ({ key, cardId }) => ({ key: key(), cardId, ...noAddress, words: '', design: 'ribbon' }),
		stranger: 'gift_card.not_found',
		trail: 'kept'
	},
	'wallet.gifts.change': {
		who: shopper,
		input: ({ key }) => ({ key: key(), ...noGift, version: 1, ...noAddress }),
		answers: 'gift.unknown'
	},
	'wallet.gifts.cancel': {
		who: shopper,
		input: ({ key }) => ({ key: key(), ...noGift }),
		answers: 'gift.unknown'
	},
	'wallet.gifts.link': { who: shopper, input: () => noGift, answers: 'gift.unknown' },
	'wallet.gifts.open': { who: everybody, input: () => ({ token: link }), answers: 'gift.link_unknown' },
	'wallet.gifts.claim': { who: shopper, input: () => ({ token: link }), answers: 'gift.link_unknown' },
	'wallet.gifts.add': { who: shopper, input: () => ({ code: 'G', pin: null }), answers: 'gift_card.no_answer' },
	'wallet.gifts.balance': { who: everybody, input: () => ({ code: 'G', pin: null }), answers: 'gift_card.no_answer' }
};

export const wallet: Record<string, Entry> = {
	'wallet.identity.requestCode': { who: everybody, input: () => ({ email: 'somebody@example.com' }) },
	'wallet.identity.signInWithCode': {
		who: everybody,
		input: () => ({ email: 'nobody@example.com', code: '123456' }),
		answers: 'identity.code_wrong'
	},
	'wallet.identity.signOut': { who: everybody },
	'wallet.identity.me': { who: everybody },
	'wallet.customers.me': { who: shopper },
	'wallet.customers.changeProfile': { who: shopper, input: () => ({ name: 'Ann' }) },
	'wallet.customers.setNews': { who: shopper, input: () => ({ wanted: true }) },
	'wallet.vouchers.held': { who: shopper },
	'wallet.vouchers.add': {
		who: shopper,
		input: ({ sharedCode }) => ({ code: sharedCode }),
		answers: 'voucher.add_for_everybody'
	},
	'wallet.giftcards.held': { who: shopper },
	'wallet.giftcards.open': { who: shopper, input: ({ cardId }) => ({ id: cardId }), stranger: 'gift_card.not_found' },
	...gifting,
	'wallet.points.transfer': {
		who: shopper,
		input: ({ key, number }) => ({ key: key(), to: number, points: 100, note: null }),
		answers: 'points.transfer_off'
	},
	'wallet.home.shop': { who: everybody },
	'wallet.home.overview': { who: shopper },
	'wallet.home.sharing': { who: shopper },
	'wallet.home.history': { who: shopper, input: () => ({ cursor: null }) },
	'wallet.home.receipt': { who: shopper, input: ({ receipt }) => ({ id: receipt.id }), stranger: 'receipt.unknown' }
};

const back = ({ receipt }: RightsWorld) => ({ receiptId: receipt.id, lines: 'everything', reason: null });

const blind = () => ({ lines: [{ productId: null, quantity: 1000, unitCents: 500 }] });

export const till: Record<string, Entry> = {
	'till.identity.enrol': { who: everybody, input: () => ({ code: 'T' }), answers: 'identity.enrolment_mistyped' },
	'till.identity.cashiers': { who: tablets },
	'till.identity.signIn': {
		who: tablets,
		input: ({ cashierId }) => ({ staffId: cashierId, pin: '4711' }),
		answers: 'identity.pin_change_first'
	},
	'till.identity.signOut': { who: tablets },
	'till.identity.me': { who: everybody },
	'till.stores.shop': { who: tablets },
	'till.giftcards.rules': { who: tablets },
	'till.giftcards.enterPin': {
		who: sellers,
		input: ({ cardId }) => ({ id: cardId, pin: '2468' }),
		answers: 'gift_card.pin_none'
	},
	'till.giftcards.setPin': {
		who: sellers,
		input: ({ idleCardId }) => ({ id: idleCardId, pin: '2469', proof: null }),
		trail: 'kept'
	},
	'till.stores.catalogue': { who: tablets },
	'till.stores.products': { who: tablets, input: () => ({ text: 'tea' }) },
	'till.checkout.identify': { who: sellers, input: ({ receipt }) => ({ text: receipt.number, wanted: 'receipt' }) },
	'till.checkout.quote': { who: sellers, input: () => ({ ask: anAsk(null, [line('a', 500)]) }) },
	'till.checkout.letGo': {
		who: byHand,
		input: ({ key }) => ({ key: key(), rightId: 'vco_none' }),
		trail: { none: 'nobody holds it' }
	},
	'till.checkout.receipt': { who: sellers, input: ({ receipt }) => ({ number: receipt.number }) },
	'till.checkout.slip': {
		who: sellers,
		input: ({ receipt }) => ({ number: receipt.number }),
		answers: 'receipt.unknown'
	},
	'till.checkout.codesAgain': {
		who: sellers,
		input: () => ({ keys: ['req_of_nobody'] }),
		trail: { none: 'only looked' }
	},
	'till.checkout.mailCard': {
		who: sellers,
		input: ({ key, receipt }) => ({
			...{ key: key(), receiptId: receipt.id, cardId: 'gft_none', giverName: 'Linden', receiverName: 'Ada' },
			...{ email: 'ada@example.com', sure: true, words: '', design: 'ribbon', day: null, language: 'en' }
		}),
		answers: 'gift_card.not_found'
	},
	'till.checkout.previewReturn': { who: sellers, input: back },
	'till.checkout.takeBack': { who: sellers, input: (world) => ({ ...back(world), key: world.key() }) },
	'till.checkout.returnRules': { who: sellers },
	'till.checkout.quoteWithoutReceipt': { who: sellers, input: blind },
	'till.checkout.takeBackWithoutReceipt': {
		who: sellers,
		input: (world) => ({
			...blind(),
			key: world.key(),
			memberId: null,
			toCardId: null,
			reasonKind: 'faulty',
			reason: null,
			agreedCents: 500,
			approval: null
		}),
		answers: 'return.needs_approval'
	},
	'till.checkout.previewExchange': {
		who: sellers,
		input: (world) => ({ goods: back(world), ask: anAsk(null, [line('a', 500)]), saleKey: world.key() })
	},
	'till.checkout.exchange': {
		who: sellers,
		input: (world) => ({
			goods: { ...back(world), key: world.key() },
			sale: { key: world.key(), ask: anAsk(null, [line('a', 500)]), fingerprint: 'not seen' }
		}),
		answers: 'quote.stale'
	},
	'till.reports.lastReceipts': { who: sellers }
};
