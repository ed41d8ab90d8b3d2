import { declareRefusals } from '#core/refusal';

/** What the console refuses. Why a card does not pay is said by pricing (`gift_card.inactive`, `gift_card.too_little`, …). */
export const giftCardRefusals = declareRefusals({
	'gift_card.not_found': 'not_found',
	'gift_card.value_form': 'invalid',
	'gift_card.count_form': 'invalid',
	'gift_card.expiry_past': 'invalid',
	'gift_card.expiry_far': 'invalid',
	'gift_card.currency_form': 'invalid',
	'gift_card.member_unknown': 'not_found',
	'gift_card.value_open': 'unprocessable',
	'gift_card.reason_form': 'invalid',
	'gift_card.is_replaced': 'conflict',
	'gift_card.not_blocked': 'conflict',
	'gift_card.not_sold': 'conflict',
	'gift_card.not_paying': 'conflict',
	'gift_card.on_hold': 'conflict',
	'gift_card.same_card': 'invalid',
	'gift_card.other_currency': 'unprocessable',
	'gift_card.other_holder': 'unprocessable',
	'gift_card.correction_form': 'invalid',
	'gift_card.not_enough': 'conflict',
	'gift_card.pin_none': 'conflict',
	'gift_card.pin_there': 'forbidden',
	/** the house wants one on cards of this value */
	'gift_card.pin_stays': 'forbidden',
	'gift_card.pin_form': 'invalid',
	'gift_card.pin_easy': 'invalid',
	'gift_card.pin_wrong': 'forbidden',
	'gift_card.pin_locked': 'limited',
	'gift_card.batch_unknown': 'not_found',
	/** its cards are still being made */
	'gift_card.batch_unfinished': 'conflict',
	/** there is nothing left to stop */
	'gift_card.batch_complete': 'conflict',
	'gift_card.batch_name': 'invalid',
	'gift_card.rules_form': 'invalid',
	'gift_card.rules_changed': 'conflict',
	'gift_card.already_expired': 'gone',
	'gift_card.is_blocked': 'conflict'
});
