import { emailSlip } from '#core/email-slip';
import { addDays, hour, later, localDay, startOfDay } from '#core/time';
import { emailSchema } from '#identity';
import { giftLimits } from './gift.ts';
import { giftRefusals } from './gift-refusals.ts';

/** What people write on a gift, brought into the form it is stored in, or refused. */

const { refuse } = giftRefusals;

/** Joiners stay: Persian words need them. */
const controls = /(?![\u200c\u200d])[\p{Cc}\p{Cf}]/gu;
/** An address in words of somebody else, sent in the house's name, is how people are lured. */
const web = /(https?:|www\.)/i;

/** @throws gift.name_form, gift.no_links; both with the `field` */
export function nameFrom(text: string, field: 'receiverName' | 'giverName'): string {
	const name = text.replace(/\s+/g, ' ').replace(controls, '').trim();
	if (name === '' || [...name].length > giftLimits.name)
		throw refuse('gift.name_form', { field, most: giftLimits.name });
	if (web.test(name)) throw refuse('gift.no_links', { field });
	return name;
}

/** @throws gift.words_form, gift.no_links */
export function wordsFrom(text: string): string {
	const words = text
		.replace(/\r\n?/g, '\n')
		.split('\n')
		.map((line) => line.replace(controls, '').trimEnd())
		.join('\n')
		.replace(/\n{3,}/g, '\n\n')
		.trim();
	if ([...words].length > giftLimits.words) throw refuse('gift.words_form', { field: 'words', most: giftLimits.words });
	if (web.test(words)) throw refuse('gift.no_links', { field: 'words' });
	return words;
}

/**
 * @param sure it is meant as it stands, however much it looks like a slip
 * @throws gift.email_form, gift.email_slip (`domain`)
 */
export function emailFrom(text: string | null, sure: boolean): string | null {
	if (text === null) return null;
	const slip = emailSlip(text);
	const read = emailSchema.safeParse(text);
	if (slip !== null && !(sure && read.success)) {
		throw refuse('gift.email_slip', { field: 'email', domain: slip.slice(slip.lastIndexOf('@') + 1) });
	}
	if (!read.success) throw refuse('gift.email_form', { field: 'email' });
	return read.data;
}

/** When the letter of a day leaves: as the day's first customers come, or at once where that has passed. */
const lettersLeaveAt = 8 * hour;

/**
 * @param day ISO date in the programme's time zone; null: now
 * @throws gift.day_past, gift.day_far
 */
export function sendAtFrom(day: string | null, timeZone: string, now: Date): Date {
	if (day === null) return now;
	const today = localDay(now, timeZone);
	// A date that is none, such as 30 February, is not the day it is read as.
	if (!/^\d{4}-\d{2}-\d{2}$/.test(day) || Number.isNaN(Date.parse(day)) || addDays(day, 0) !== day || day < today)
		throw refuse('gift.day_past', { field: 'day' });
	if (day > addDays(today, giftLimits.daysAhead)) throw refuse('gift.day_far', { field: 'day' });
	const due = later(startOfDay(day, timeZone), lettersLeaveAt);
	return due > now ? due : now;
}
