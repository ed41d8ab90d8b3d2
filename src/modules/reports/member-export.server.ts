import { inTransaction, type Db } from '#platform/db';
import { keepTrail, type By } from '#platform/trail';

/** Writes down that members were taken out as a file, and by which filters: never what was searched for. */
export const noteExport = (
	db: Db,
	filter: { text: string } & Record<string, unknown>,
	by: By,
	now: Date
): Promise<void> =>
	inTransaction(db, (tx) => {
		const { text, attribute, ...rest } = filter;
		const after = { ...rest, searched: text !== '', byAttribute: attribute !== null };
		return keepTrail(tx, by, { action: 'members.exported', subject: { kind: 'members', id: 'all' }, after }, now);
	});
