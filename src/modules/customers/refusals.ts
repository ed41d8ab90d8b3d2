import { declareRefusals } from '#core/refusal';

export const customersRefusals = declareRefusals({
	'member.unknown': 'not_found',
	'member.email_taken': 'conflict',
	'member.consent_needed': 'unprocessable',
	/** was put together with another member: this one is over */
	'member.merged': 'conflict',
	'member.merge_self': 'unprocessable',
	/** `least` and `most` characters */
	'member.reason_form': 'invalid',
	'member_code.unknown': 'not_found',
	'member_code.mistyped': 'invalid',
	'member_code.expired': 'gone',
	/** `minutes`: how far the phone's clock is off */
	'member_code.clock_wrong': 'conflict',
	'member_code.already_scanned': 'conflict',
	'member_code.static_not_accepted': 'forbidden'
});
