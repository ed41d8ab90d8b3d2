import { declareRefusals } from '#core/refusal';

/**
 * What can be wrong with a basket or with what is asked for it. Rights are refused under their own kind. Details name the
 * `lineKey` or `giftCardId` they speak of; amounts come with their `currency`.
 */
export const pricingRefusals = declareRefusals({
	'basket.empty': 'invalid',
	'basket.too_many_lines': 'invalid',
	'basket.line_repeated': 'invalid',
	'basket.quantity_invalid': 'invalid',
	'basket.amount_invalid': 'invalid',
	/** half a piece of what is sold by the piece */
	'basket.pieces_not_whole': 'invalid',
	'basket.too_large': 'invalid',
	'basket.currency_other': 'unprocessable',
	'basket.product_unknown': 'not_found',
	'basket.product_archived': 'gone',
	/** the facts at hand do not speak of the member asked for: gather them again */
	'basket.member_missing': 'conflict',
	'points.no_member': 'unprocessable',
	'points.not_offered': 'unprocessable',
	'points.currency_other': 'unprocessable',
	/** the least that can be spent is worth more than this total takes */
	'points.total_too_small': 'unprocessable',
	'points.too_few': 'conflict',
	'points.below_minimum': 'unprocessable',
	'points.above_maximum': 'unprocessable',
	'points.not_a_step': 'unprocessable',
	'points.amount_invalid': 'invalid',
	'gift_card.unknown': 'not_found',
	'gift_card.inactive': 'conflict',
	'gift_card.blocked': 'conflict',
	'gift_card.expired': 'gone',
	'gift_card.currency_other': 'unprocessable',
	'gift_card.too_little': 'conflict',
	'gift_card.amount_invalid': 'invalid',
	'gift_card.repeated': 'invalid',
	'gift_card.nothing_left_to_pay': 'unprocessable',
	'gift_card.replaced': 'gone',
	/** it has a PIN, and nobody has entered it here */
	'gift_card.pin_needed': 'forbidden',
	/** selling one: what the house does not do, or not so */
	'gift_card.not_sold_here': 'unprocessable',
	'gift_card.already_active': 'conflict',
	'gift_card.needs_member': 'unprocessable',
	'gift_card.amount_outside': 'unprocessable',
	'gift_card.over_highest': 'unprocessable',
	'gift_card.pin_missing': 'unprocessable',
	/** neither a gift card nor points pay for one */
	'gift_card.buys_no_gift_card': 'unprocessable',
	'points.buy_no_gift_card': 'unprocessable',
	'member.blocked': 'forbidden'
});

/** Why a right does not apply; the code is `<kind>.<why>`, `voucher.used_up`. */
export const rightRefusals = declareRefusals({
	'voucher.unknown': 'not_found',
	'voucher.voided': 'gone',
	'voucher.paused': 'conflict',
	'voucher.not_yet': 'conflict',
	'voucher.expired': 'gone',
	'voucher.other_member': 'forbidden',
	'voucher.needs_member': 'unprocessable',
	'voucher.already_used': 'conflict',
	'voucher.used_up': 'conflict',
	'voucher.used_by_member': 'conflict',
	'voucher.other_store': 'unprocessable',
	'voucher.currency_other': 'unprocessable',
	'voucher.below_minimum': 'unprocessable',
	'voucher.nothing_eligible': 'unprocessable',
	'voucher.product_missing': 'unprocessable',
	/** of the effects that count pieces: only weighed goods and things without a price are eligible */
	'voucher.counts_pieces': 'unprocessable',
	'voucher.too_few_pieces': 'unprocessable',
	/** there is no charge for delivery in the basket */
	'voucher.no_delivery': 'unprocessable',
	/** its last uses are held for open baskets at other tills */
	'voucher.held_elsewhere': 'conflict',
	/** it clashes with another that is used already: one of the two stands alone, both are of one group, of one voucher */
	'voucher.one_per_receipt': 'unprocessable',
	'voucher.one_of_group': 'unprocessable',
	'voucher.one_of_its_kind': 'unprocessable',
	'voucher.repeated': 'invalid',
	'voucher.gives_nothing': 'unprocessable'
});

/** What can be wrong with goods brought back. Details name the `position` of the receipt's line. */
export const returnRefusals = declareRefusals({
	'return.nothing_chosen': 'invalid',
	'return.line_unknown': 'not_found',
	'return.line_repeated': 'invalid',
	'return.quantity_invalid': 'invalid',
	'return.too_many': 'conflict',
	'return.nothing_left': 'conflict',
	/** a gift card that was used after it was sold, with what is left on it: its money cannot come back */
	'return.gift_card_sold': 'conflict'
});
