import { m } from '#messages';
import { csvFile } from '../../../csv-file.server.ts';
import { importKindNames } from '../../../import-words.ts';
import type { RequestHandler } from './$types';

/** A file of a kind as the import reads it: its columns, and a line as an example where the kind gives one. */
export const GET: RequestHandler = async ({ locals, url }) => {
	const kind = url.searchParams.get('kind') ?? '';
	const { columns } = await locals.api.admin.imports.columns({ kind });
	const example = columns.map((column) => column.example ?? '');
	return csvFile({
		title: `${importKindNames[kind]?.() ?? kind} – ${m.admin_import_sample_name()}`,
		head: columns.map(({ name }) => name),
		first: { items: example.some((cell) => cell !== '') ? [example] : [], nextCursor: null },
		page: async () => ({ items: [], nextCursor: null }),
		cells: (cells) => cells
	});
};
