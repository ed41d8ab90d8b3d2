import { openAt, type OpeningHours, type Span } from '#stores';
import { m } from '#messages';
import { time } from '#ui/format.ts';
import { intlTag } from '#core/languages';
import type { Words } from './words.ts';

/** Monday is 0: the weekday's name in the reader's language. */
export function weekdayName(place: number, words: Words): string {
	const monday = Date.UTC(2024, 0, 1 + place, 12);
	return new Intl.DateTimeFormat(intlTag[words.language], { weekday: 'long', timeZone: 'UTC' }).format(monday);
}

/** Whether a store is open and until when; null: nobody has said. */
export function openWords(
	store: { hours: OpeningHours | null; timeZone: string; archivedAt: Date | null },
	now: Date,
	words: Words
): { text: string; tone: 'good' | 'neutral' } {
	if (store.archivedAt) return { text: m.admin_store_gone(), tone: 'neutral' };
	if (!store.hours) return { text: m.admin_store_open_now(), tone: 'good' };
	const { open, changesAt } = openAt(store.hours, now, store.timeZone);
	if (!changesAt)
		return open
			? { text: m.admin_store_open_now(), tone: 'good' }
			: { text: m.admin_store_shut_now(), tone: 'neutral' };
	const soon = changesAt.getTime() - now.getTime() < 20 * 3_600_000;
	const at = soon
		? time(changesAt, words.language, store.timeZone)
		: new Intl.DateTimeFormat(intlTag[words.language], {
				weekday: 'long',
				hour: '2-digit',
				minute: '2-digit',
				timeZone: store.timeZone
			}).format(changesAt);
	return open
		? { text: m.admin_store_open_until({ time: at }), tone: 'good' }
		: { text: m.admin_store_opens({ time: at }), tone: 'neutral' };
}

/** A day's times in the reader's digits. */
export const spansWords = (spans: readonly Span[], words: Words): string =>
	spans.length === 0
		? m.admin_store_shut_now()
		: words.row(
				spans.map((span) => span.map((minutes) => time(new Date(minutes * 60_000), words.language, 'UTC')).join(' – '))
			);
