import { directionOf, intlTag, type Language } from '#core/languages';
import { m } from '#messages';
import type { Message } from '#platform/mail/mail';

/** Digits as the language writes them would not be typed back the same everywhere: the code itself stays in Latin digits. */
export function codeMail(to: string, code: string, minutes: number, language: Language): Message {
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

const escape = (text: string): string =>
	text.replace(/[&<>"]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[sign] as string);

const paragraph = (text: string): string => `<p style="margin:0 0 12px">${escape(text)}</p>`;

/** Plain on purpose: one column, no pictures, colours left to the reader's light or dark. */
const page = (language: Language, title: string, parts: string[]): string =>
	`<!doctype html><html lang="${language}" dir="${directionOf(language)}"><head><meta charset="utf-8">` +
	`<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">` +
	`<title>${escape(title)}</title></head>` +
	`<body style="margin:0;padding:24px;font:16px/1.5 system-ui,sans-serif"><div style="max-width:480px;margin:0 auto">` +
	`${parts.join('')}</div></body></html>`;
