import { declareRefusals } from '#core/refusal';

/** Why a card cannot be given, opened or taken. */
export const giftRefusals = declareRefusals({
	'gift.unknown': 'not_found',
	/** the link opens nothing: never did, or was replaced */
	'gift.link_unknown': 'not_found',
	'gift.name_form': 'invalid',
	'gift.words_form': 'invalid',
	'gift.no_links': 'invalid',
	'gift.email_form': 'invalid',
	/** with the `domain` that was probably meant */
	'gift.email_slip': 'unprocessable',
	'gift.day_past': 'invalid',
	'gift.day_far': 'invalid',
	'gift.after_expiry': 'unprocessable',
	'gift.card_in_wallet': 'conflict',
	'gift.card_unusable': 'conflict',
	'gift.given_already': 'conflict',
	'gift.changed_meanwhile': 'conflict',
	'gift.claimed_already': 'conflict',
	'gift.cancelled_already': 'conflict',
	'gift.own': 'conflict',
	'gift.too_often': 'limited',
	'gift.changes_used': 'conflict',
	/** the same for a code that is wrong, blocked, ended or empty: nobody learns which */
	'gift_card.no_answer': 'not_found',
	'gift_card.taken_meanwhile': 'conflict',
	'gift_card.too_many_looks': 'limited'
});
