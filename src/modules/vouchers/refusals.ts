import { declareRefusals, type RefusalData } from '#core/refusal';
import { rightRefusals } from '#pricing';

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
	/** a fixed price is the price of chosen goods */
	'voucher.goods_needed': 'invalid',
	'voucher.set_form': 'invalid',
	'voucher.part_of_set': 'invalid',
	'voucher.sets_form': 'invalid',
	'voucher.group_form': 'invalid',
	'voucher.valid_days_form': 'invalid',
	/** a code for everybody is issued to nobody: no days count from that */
	'voucher.shared_has_no_issue': 'unprocessable',
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
	'voucher.stacking_fixed': 'conflict',
	'voucher.code_kind_fixed': 'conflict',
	'voucher.limit_only_up': 'conflict',
	/** codes */
	'voucher.count_form': 'invalid',
	'voucher.pool_full': 'conflict',
	'voucher.shared_has_one': 'unprocessable',
	/** a line of a file; details: least, most */
	'voucher.pool_code_form': 'invalid',
	'voucher.until_form': 'invalid',
	'voucher.member_unknown': 'not_found',
	'voucher.member_repeated': 'invalid',
	'voucher.already_held': 'conflict',
	/** the house's settings; details: most, version */
	'voucher.hold_minutes_form': 'invalid',
	'voucher.policy_changed': 'conflict',
	/** the life of a code */
	'voucher.reason_form': 'invalid',
	'voucher.code_voided': 'conflict',
	'voucher.code_used': 'conflict',
	'voucher.never_ends': 'unprocessable',
	/** a longer life ends later than now and than before */
	'voucher.extend_later': 'invalid',
	/** a new code would be as expired as the old one: the voucher itself has ended */
	'voucher.ended_for_all': 'conflict',
	'voucher.use_unknown': 'not_found',
	'voucher.use_given_back': 'conflict'
});

/** A code whose last uses are kept for open baskets at other tills, at least until `heldAt`. */
export const refuseHeld = (heldAt: string): RefusalData => rightRefusals.data('voucher.held_elsewhere', { heldAt });
