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
	'gift_card.rules_form': 'invalid',
	'gift_card.rules_changed': 'conflict',
	'gift_card.already_expired': 'gone',
	'gift_card.is_blocked': 'conflict'
});
