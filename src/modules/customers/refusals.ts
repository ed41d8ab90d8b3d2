import { declareRefusals } from '#core/refusal';

export const customersRefusals = declareRefusals({
	'member.unknown': 'not_found',
	/** `field`; in the console also the `memberId` that has it */
	'member.email_taken': 'conflict',
	'member.phone_taken': 'conflict',
	/** `version` as it is now */
	'member.changed_meanwhile': 'conflict',
	/** forms: `field`, and `most` characters */
	'member.text_long': 'invalid',
	'member.email_form': 'invalid',
	'member.phone_form': 'invalid',
	/** the house has not said where its numbers are from */
	'member.phone_country': 'invalid',
	'member.birthday_form': 'invalid',
	'member.language_form': 'invalid',
	/** neither a name nor an address, a number or a card: nobody could ever be found again */
	'member.nothing_told': 'unprocessable',
	/** `least` and `most` characters */
	'member.reason_form': 'invalid',
	'member.find_form': 'invalid',
	/** `minutes` until it may be tried again */
	'member.find_too_often': 'limited',
	'tag.unknown': 'not_found',
	'tag.name_form': 'invalid',
	'tag.name_taken': 'conflict',
	'tag.changed_meanwhile': 'conflict',
	'tag.too_many': 'unprocessable',
	'attribute.unknown': 'not_found',
	'attribute.label_form': 'invalid',
	'attribute.key_form': 'invalid',
	'attribute.key_taken': 'conflict',
	/** `most` */
	'attribute.choices_form': 'invalid',
	'attribute.changed_meanwhile': 'conflict',
	'attribute.too_many': 'unprocessable',
	/** values: `field` is `attributes.` and the id, `label` */
	'attribute.required': 'invalid',
	'attribute.not_text': 'invalid',
	'attribute.not_number': 'invalid',
	'attribute.not_date': 'invalid',
	'attribute.not_yes_no': 'invalid',
	'attribute.not_choice': 'invalid',
	'attribute.not_money': 'invalid',
	'member_card.unknown': 'not_found',
	'member_card.form': 'invalid',
	'member_card.payment_card': 'invalid',
	/** it has the form of one of our own codes */
	'member_card.is_ours': 'invalid',
	'member_card.is_product': 'conflict',
	'member_card.taken': 'conflict',
	'member_card.too_many': 'unprocessable',
	/** at a till: only for whom showed their phone, or by somebody who may do it by hand */
	'member_card.show_phone': 'forbidden',
	'consent.unknown': 'not_found',
	/** the programme itself is left by erasing, not by a switch */
	'consent.needed': 'unprocessable',
	'member_policy.country_form': 'invalid',
	'member_policy.changed_meanwhile': 'conflict',
	'member_import.who': 'invalid',
	'member_import.erased': 'gone',
	'member_import.two_members': 'conflict',
	'member_import.consent_missing': 'invalid',
	'member_import.consent_day_missing': 'invalid',
	'member_import.consent_wording_missing': 'invalid',
	'member_import.day_form': 'invalid',
	'member_import.points_form': 'invalid',
	'member_import.points_again': 'conflict',
	'member_import.tag_unknown': 'invalid',
	'member.consent_needed': 'unprocessable',
	/** they were told once, and the house's policy leaves changes to the staff */
	'member.birthday_told': 'forbidden',
	/** waits to be erased: nothing is put together with them */
	'member.erasing': 'conflict',
	/** nothing waits that could be taken back */
	'member_erasure.none': 'conflict',
	/** `field`: the name typed is another one */
	'member_erasure.name_other': 'invalid',
	/** `minutes` until the next copy */
	'member_export.too_often': 'limited',
	/** `field` */
	'data_policy.form': 'invalid',
	/** `version` */
	'data_policy.changed_meanwhile': 'conflict',
	/** was put together with another member: this one is over */
	'member.merged': 'conflict',
	'member.merge_self': 'unprocessable',
	'member_code.unknown': 'not_found',
	'member_code.mistyped': 'invalid',
	'member_code.expired': 'gone',
	/** `minutes`: how far the phone's clock is off */
	'member_code.clock_wrong': 'conflict',
	'member_code.already_scanned': 'conflict',
	'member_code.static_not_accepted': 'forbidden'
});
