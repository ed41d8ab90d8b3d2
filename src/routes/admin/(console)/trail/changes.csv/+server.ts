import { localDay } from '#core/time';
import { m } from '#messages';
import { csvFile } from '../../../csv-file.server.ts';
import { actionWords, changeWords, whoWords } from '../../../trail-words.ts';
import { wordsIn } from '../../../words.ts';
import { trailFilter } from '../filter.ts';
import type { RequestHandler } from './$types';

/** What the list shows, all of it, as a file: one row for each entry, its changes in one cell. */
export const GET: RequestHandler = async ({ locals, url }) => {
	const filter = trailFilter(url.searchParams);
	const page = (cursor: string | null) => locals.api.admin.reports.trail({ filter, cursor, size: 1000 });
	const first = await page(null);
	const words = wordsIn(first.timeZone);
	const told = ({ changes, names }: (typeof first.items)[number]) =>
		changeWords(changes, words, { currency: first.currency, names })
			.map(({ field, values }) => `${field}: ${values ? `${values.before} → ${values.after}` : m.admin_trail_hidden()}`)
			.join('\n');
	return csvFile({
		title: `${m.admin_nav_trail()} ${localDay(locals.now, first.timeZone)}`,
		head: [
			m.admin_trail_at(),
			m.admin_trail_who(),
			m.admin_trail_what(),
			m.admin_trail_subject(),
			'id',
			m.admin_trail_reason(),
			m.admin_trail_changes()
		],
		first,
		page,
		cells: (entry) => [
			entry.at.toISOString(),
			whoWords(entry.who),
			actionWords(entry.action),
			entry.subject.title,
			entry.subject.id,
			entry.reason,
			told(entry)
		]
	});
};
