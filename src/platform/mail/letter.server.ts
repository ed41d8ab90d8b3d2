import { directionOf, type Language } from '#core/languages';
import type { Message } from './mail.server.ts';

/** The form of every letter we write: the same in plain text and as a page, without pictures and without trackers. */

/** A few sentences. */
export function noteLetter(to: string, language: Language, subject: string, lines: string[]): Message {
	const text = `${lines.join('\n\n')}\n`;
	return { to, subject, text, html: letterPage(language, subject, lines.map(paragraph)) };
}

export interface LinkLetter {
	subject: string;
	lead: string;
	/** what stands between the first sentence and the link */
	between?: { text: string; html: string }[];
	link: string;
	/** on the button */
	action: string;
	after: string[];
}

/** The link stands on a line of its own in the text, so that every mail program makes it one to press. */
export function linkLetter(
	to: string,
	language: Language,
	{ subject, lead, between = [], link, action, after }: LinkLetter
): Message {
	const button =
		`<p style="margin:24px 0"><a href="${escape(link)}" style="display:inline-block;padding:12px 20px;` +
		`border-radius:8px;background:#1f2937;color:#fff;text-decoration:none;font-weight:600">${escape(action)}</a></p>`;
	return {
		to,
		subject,
		text: `${[lead, ...between.map(({ text }) => text), link, after.join('\n')].join('\n\n')}\n`,
		html: letterPage(language, subject, [
			paragraph(lead),
			...between.map(({ html }) => html),
			button,
			...after.map(paragraph)
		])
	};
}

/** Text as it stands in HTML. */
export const escape = (text: string): string =>
	text.replace(/[&<>"]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[sign] as string);

export const paragraph = (text: string): string => `<p style="margin:0 0 12px">${escape(text)}</p>`;

/** Plain on purpose: one column, no pictures, colours left to the reader's light or dark. */
export const letterPage = (language: Language, title: string, parts: string[]): string =>
	`<!doctype html><html lang="${language}" dir="${directionOf(language)}"><head><meta charset="utf-8">` +
	`<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">` +
	`<title>${escape(title)}</title></head>` +
	`<body style="margin:0;padding:24px;font:16px/1.5 system-ui,sans-serif"><div style="max-width:480px;margin:0 auto">` +
	`${parts.join('')}</div></body></html>`;
