import { declareRefusals } from '#core/refusal';

/** What any request can be refused for, before a module has looked at it. */
export const requestRefusals = declareRefusals({
	/** nobody is signed in on the face that was called */
	'access.sign_in_first': 'unauthenticated',
	/** an enrolled tablet, but no cashier has entered a PIN */
	'access.pin_first': 'unauthenticated',
	/** the caller is no enrolled tablet */
	'access.enrol_first': 'unauthenticated',
	'access.not_allowed': 'forbidden',
	/** it belongs to a store that is none of the caller's, or there is no such thing: which of the two is not told */
	'access.other_store': 'forbidden',
	/** it concerns every store, and the caller is limited to some */
	'access.all_stores_only': 'forbidden',
	/** another site's page sent the request */
	'access.foreign_origin': 'forbidden',
	/** fields of the input have the wrong form; the attachment names them: `[{ path, problem }]` */
	'input.invalid': 'invalid',
	/** the request could not be read at all */
	'input.unreadable': 'invalid',
	/** not JSON */
	'input.content_type': 'invalid',
	'input.too_large': 'invalid',
	'input.unknown_call': 'not_found'
});
