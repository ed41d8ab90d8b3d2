import type { ImportState } from './index.ts';

interface Instants {
	uploadedAt: Date | null;
	checkBegunAt: Date | null;
	checkedAt: Date | null;
	confirmedAt: Date | null;
	doneAt: Date | null;
	cancelledAt: Date | null;
	failedAt: Date | null;
}

/** How far an import is, by its instants. */
export function stateOf(row: Instants): ImportState {
	if (row.cancelledAt) return 'cancelled';
	if (row.failedAt) return 'failed';
	if (row.doneAt) return 'done';
	if (row.confirmedAt) return 'writing';
	if (row.checkedAt) return 'checked';
	if (row.checkBegunAt) return 'checking';
	return row.uploadedAt ? 'matching' : 'uploading';
}
