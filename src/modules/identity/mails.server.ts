import { directionOf, intlTag, type Language } from '#core/languages';
import {
	escape,
	letterPage as page,
	linkLetter as linkMail,
	noteLetter as noteMail,
	paragraph
} from '#platform/mail/letter';
import type { Message } from '#platform/mail/mail';
import type { BuiltInRole, Role } from '#core/actor';
import { list } from '#ui/format.ts';
import { isBuiltIn } from './permissions.ts';

/**
 * The build makes the words, and the start, the demo and commands load this file before there is a build: they are loaded
 * with the first mail that is written.
 */
const words = async () => (await import('#messages')).m;

/** Digits as the language writes them would not be typed back the same everywhere: the code itself stays in Latin digits. */
export async function codeMail(to: string, code: string, minutes: number, language: Language): Promise<Message> {
	const m = await words();
	const locale = { locale: language };
	const spoken = { minutes: new Intl.NumberFormat(intlTag[language]).format(minutes) };
	const subject = m.mail_code_subject({ code }, locale);
	const lead = m.mail_code_lead({}, locale);
	const valid = m.mail_code_valid(spoken, locale);
	const ignore = m.mail_code_ignore({}, locale);
	return {
		to,
		subject,
		text: `${lead}\n\n${code}\n\n${valid}\n${ignore}\n`,
		html: page(language, subject, [
			paragraph(lead),
			`<p dir="ltr" style="margin:24px 0;font:600 32px/1.2 ui-monospace,Menlo,Consolas,monospace;letter-spacing:.2em;text-align:${directionOf(language) === 'rtl' ? 'right' : 'left'}">${escape(code)}</p>`,
			paragraph(valid),
			paragraph(ignore)
		])
	};
}

/** An invitation to the console. */
export async function invitationMail(
	to: string,
	{
		name,
		by,
		house,
		role,
		roleName,
		stores,
		link,
		days
	}: {
		name: string;
		by: string;
		house: string;
		role: Role;
		/** what the house calls a role of its own */
		roleName: string | null;
		/** null: every store */
		stores: readonly string[] | null;
		link: string;
		days: number;
	},
	language: Language
): Promise<Message> {
	const m = await words();
	const locale = { locale: language };
	const valid = m.mail_invitation_valid({ days: new Intl.NumberFormat(intlTag[language]).format(days) }, locale);
	const roles: Record<BuiltInRole, () => string> = {
		cashier: () => m.admin_role_cashier({}, locale),
		supervisor: () => m.admin_role_supervisor({}, locale),
		manager: () => m.admin_role_manager({}, locale),
		key_account_manager: () => m.admin_role_key_account_manager({}, locale),
		owner: () => m.admin_role_owner({}, locale)
	};
	const place = m.mail_invitation_as(
		{
			role: isBuiltIn(role) ? roles[role]() : (roleName ?? role),
			stores: stores === null ? m.admin_all_stores({}, locale) : list(stores, language, 'row')
		},
		locale
	);
	return linkMail(to, language, {
		subject: m.mail_invitation_subject({ by, house }, locale),
		lead: m.mail_invitation_lead({ name, by, house }, locale),
		link,
		action: m.mail_invitation_open({}, locale),
		after: [place, valid, m.mail_invitation_ignore({}, locale)]
	});
}

/** A link to choose a new password. */
export async function resetMail(to: string, link: string, minutes: number, language: Language): Promise<Message> {
	const m = await words();
	const locale = { locale: language };
	const valid = m.mail_reset_valid({ minutes: new Intl.NumberFormat(intlTag[language]).format(minutes) }, locale);
	return linkMail(to, language, {
		subject: m.mail_reset_subject({}, locale),
		lead: m.mail_reset_lead({}, locale),
		link,
		action: m.mail_reset_open({}, locale),
		after: [valid, m.mail_reset_ignore({}, locale)]
	});
}

/** Something about somebody's sign-in is other than before: said in case it was not them. */
export async function passwordChangedMail(to: string, language: Language): Promise<Message> {
	const m = await words();
	const locale = { locale: language };
	return noteMail(to, language, m.mail_password_changed_subject({}, locale), [
		m.mail_password_changed_lead({}, locale),
		m.mail_password_changed_not_you({}, locale)
	]);
}

/** Somebody signed in with a browser that is new to them. */
export async function newDeviceMail(
	to: string,
	{ browser, system }: { browser: string | null; system: string | null },
	language: Language
): Promise<Message> {
	const m = await words();
	const locale = { locale: language };
	const known = [browser, system].filter((name) => name !== null);
	const device = list(known, language, 'row') || m.mail_new_device_unknown({}, locale);
	return noteMail(to, language, m.mail_new_device_subject({}, locale), [
		m.mail_new_device_lead({ device }, locale),
		m.mail_new_device_not_you({}, locale)
	]);
}

/** A second factor came or went. */
export async function secondFactorMail(to: string, what: 'added' | 'removed', language: Language): Promise<Message> {
	const m = await words();
	const locale = { locale: language };
	const lead = what === 'added' ? m.mail_second_factor_added({}, locale) : m.mail_second_factor_removed({}, locale);
	const subject = m.mail_second_factor_subject({}, locale);
	return noteMail(to, language, subject, [lead, m.mail_password_changed_not_you({}, locale)]);
}

/** A passkey came or went, or there is a copy of one. */
export async function passkeyMail(
	to: string,
	what: 'added' | 'removed' | 'copied',
	language: Language
): Promise<Message> {
	const m = await words();
	const locale = { locale: language };
	const leads = { added: m.mail_passkey_added, removed: m.mail_passkey_removed, copied: m.mail_passkey_copied };
	return noteMail(to, language, m.mail_passkey_subject({}, locale), [
		leads[what]({}, locale),
		m.mail_password_changed_not_you({}, locale)
	]);
}
