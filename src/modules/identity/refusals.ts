import { declareRefusals } from '#core/refusal';

export const identityRefusals = declareRefusals({
	/** wrong, used already, or never sent */
	'identity.code_wrong': 'unauthenticated',
	'identity.code_expired': 'gone',
	/** five wrong tries: only a new code helps */
	'identity.code_used_up': 'limited',
	/** `minutes` until the next code may be asked for */
	'identity.too_many_codes': 'limited',
	/** `minutes` until the next try */
	'identity.too_many_tries': 'limited',
	'identity.mail_not_sent': 'unavailable',
	/** none, or one that no key can have */
	'identity.client_scopes': 'invalid',
	'identity.client_expiry': 'invalid',
	'identity.client_unknown': 'not_found',
	/** the call was carried out, and its key cannot be shown again */
	'identity.client_shown': 'gone',
	'identity.client_key_unknown': 'unauthenticated',
	'identity.client_key_revoked': 'unauthenticated',
	'identity.client_key_expired': 'unauthenticated',
	/** a request with a key says in which store it happens */
	'identity.client_store': 'invalid',
	'identity.password_wrong': 'unauthenticated',
	/** fewer than `least` characters */
	'identity.password_too_short': 'unprocessable',
	/** a run of keys, or a word from the head of every list */
	'identity.password_too_simple': 'unprocessable',
	/** whoever changes a password did not know the old one */
	'identity.password_old_wrong': 'unprocessable',
	/** this role works at the till and has no console */
	'identity.no_console': 'forbidden',
	/** `triesLeft` for this cashier on this tablet */
	/** this PIN's holder has not the right that is asked for */
	'identity.may_not_approve': 'forbidden',
	'identity.pin_wrong': 'unauthenticated',
	/** this cashier on this tablet; `minutes` until the next try */
	'identity.pin_locked': 'limited',
	/** everybody on this tablet: too many names were tried; `minutes` until the next try */
	'identity.tablet_locked': 'limited',
	/** all digits the same, or one after the other */
	'identity.pin_too_simple': 'unprocessable',
	'identity.enrolment_mistyped': 'invalid',
	/** never made, or its time is over, or another tablet used it */
	'identity.enrolment_unknown': 'not_found',
	'identity.email_taken': 'conflict',
	/** never sent, or its link was replaced by a newer one */
	'identity.invitation_unknown': 'not_found',
	/** it was good for `days` */
	'identity.invitation_expired': 'gone',
	'identity.invitation_withdrawn': 'gone',
	'identity.invitation_used': 'conflict',
	/** this address has an open invitation */
	'identity.invited_already': 'conflict',
	'identity.invitation_changed_meanwhile': 'conflict',
	/** who works at the till only needs a PIN, not an invitation */
	'identity.role_without_console': 'unprocessable',
	/** never sent, used, replaced by a newer one, or over */
	'identity.reset_unknown': 'gone',
	/** the password was right, and a second step is asked for */
	'identity.second_step_first': 'forbidden',
	/** nobody gave a password here within the last minutes */
	'identity.second_step_over': 'unauthenticated',
	/** wrong, over, or used already */
	'identity.second_code_wrong': 'unprocessable',
	'identity.second_factor_unknown': 'not_found',
	/** there is one; it has to be removed first */
	'identity.second_factor_exists': 'conflict',
	/** whoever asks it of others has one themselves */
	'identity.second_factor_first': 'unprocessable',
	/** the house asks for it */
	'identity.second_factor_required': 'unprocessable',
	/** nobody asked for it here within the last minutes, or it was answered already */
	'identity.passkey_over': 'gone',
	/** removed, or of somebody who left */
	'identity.passkey_unknown': 'not_found',
	/** not signed by it, for another address, or its device was not unlocked */
	'identity.passkey_wrong': 'unauthenticated',
	/** its counter went back: two devices hold it */
	'identity.passkey_copied': 'forbidden',
	/** this device has one for this account already */
	'identity.passkey_exists': 'conflict',
	/** `most` */
	'identity.passkeys_full': 'unprocessable',
	/** the address of the server is no name, or without https */
	'identity.passkeys_impossible': 'unprocessable',
	'identity.rules_changed_meanwhile': 'conflict',
	/** something this weighty wants the password once more */
	'identity.prove_again': 'forbidden',
	/** in the wallet: a fresh code is asked for */
	'identity.prove_by_code': 'forbidden',
	'identity.session_unknown': 'not_found',
	/** a PIN that somebody else chose: first one's own */
	'identity.pin_change_first': 'forbidden',
	'identity.pin_same': 'unprocessable',
	/** it stands in the name of the tablet */
	'identity.pin_is_tablets': 'unprocessable',
	'identity.staff_unknown': 'not_found',
	'identity.device_unknown': 'not_found',
	'identity.not_yourself': 'unprocessable',
	/** it, or whoever has it, may do more than the caller: nobody gives or touches what they do not hold */
	'identity.above_your_role': 'forbidden',
	/** stores that are none of the caller's */
	'identity.wider_stores': 'forbidden',
	'identity.last_owner': 'conflict',
	/** nobody changes what they may do themselves */
	'identity.own_role': 'unprocessable',
	'identity.owner_all_stores': 'unprocessable',
	/** the attachment is what is there now, with its version */
	'identity.staff_changed_meanwhile': 'conflict',
	'identity.role_unknown': 'not_found',
	'identity.role_name_taken': 'conflict',
	'identity.role_empty': 'unprocessable',
	/** `people` still have it */
	'identity.role_in_use': 'conflict',
	/** the attachment is what is there now, with its version */
	'identity.role_changed_meanwhile': 'conflict',
	'identity.permission_unknown': 'invalid'
});
