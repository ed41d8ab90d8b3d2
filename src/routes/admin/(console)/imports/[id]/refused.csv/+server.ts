import { m } from '#messages';
import { csvFile } from '../../../../csv-file.server.ts';
import type { RequestHandler } from './$types';

/** The refused lines as they stood in the file, with what is wrong with each: to be corrected and brought in again. */
export const GET: RequestHandler = async ({ locals, params }) => {
	const { get, noteTaken, refused } = locals.api.admin.imports;
	const page = async (after: string) => {
		const { items, next } = await refused({ id: params.id, after: Number(after), limit: 2000 });
		return { items, nextCursor: next === null ? null : String(next) };
	};
	const [{ fileName }, { header }, first] = await Promise.all([
		get({ id: params.id }),
		refused({ id: params.id, after: 0, limit: 1 }),
		page('0')
	]);
	// Lines about people are not kept for long once somebody has them.
	await noteTaken({ id: params.id });
	return csvFile({
		title: `${fileName.replace(/\.\w+$/, '')} – ${m.admin_import_refused()}`,
		head: [...header, m.admin_import_line(), m.admin_import_field(), m.admin_import_why()],
		first,
		page,
		cells: ({ cells, line, faults }) => [
			...header.map((_, place) => cells[place] ?? ''),
			line,
			[...new Set(faults.flatMap(({ field }) => field ?? []))].join('; '),
			faults.map(({ field, sentence }) => (faults.length > 1 && field ? `${field}: ${sentence}` : sentence)).join(' ')
		]
	});
};
