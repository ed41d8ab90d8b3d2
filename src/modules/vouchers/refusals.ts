import { declareRefusals } from '#core/refusal';

/** What the console refuses. Why a voucher does not apply to a basket is said by `rightRefusals` of pricing. */
export const voucherRefusals = declareRefusals({
	'voucher.not_found': 'not_found',
	'voucher.code_not_found': 'not_found',
	/** somebody else saved meanwhile; details: version */
	'voucher.changed_meanwhile': 'conflict',
	'voucher.archived': 'conflict',
	'voucher.title_form': 'invalid',
	'voucher.description_form': 'invalid',
	'voucher.percent_form': 'invalid',
	'voucher.amount_form': 'invalid',
	'voucher.cap_form': 'invalid',
	'voucher.minimum_form': 'invalid',
	'voucher.product_needed': 'invalid',
	'voucher.quantity_form': 'invalid',
	'voucher.list_too_long': 'invalid',
	'voucher.dates_order': 'invalid',
	'voucher.dates_far': 'invalid',
	'voucher.uses_form': 'invalid',
	'voucher.shared_is_open': 'unprocessable',
	'voucher.unknown_product': 'unprocessable',
	'voucher.unknown_category': 'unprocessable',
	'voucher.unknown_store': 'unprocessable',
	/** the code chosen for everybody */
	'voucher.code_form': 'invalid',
	'voucher.code_reserved': 'unprocessable',
	'voucher.code_like_card': 'unprocessable',
	'voucher.code_taken': 'conflict',
	/** after the first redemption, or once codes are out */
	'voucher.effect_fixed': 'conflict',
	'voucher.conditions_fixed': 'conflict',
	'voucher.holding_fixed': 'conflict',
	'voucher.code_kind_fixed': 'conflict',
	'voucher.limit_only_up': 'conflict',
	/** codes */
	'voucher.count_form': 'invalid',
	'voucher.pool_full': 'conflict',
	'voucher.shared_has_one': 'unprocessable',
	'voucher.member_unknown': 'not_found',
	'voucher.member_repeated': 'invalid',
	'voucher.already_held': 'conflict'
});
