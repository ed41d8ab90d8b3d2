import type { ImportState } from '#imports';
import { m } from '#messages';

export const importKindNames: Record<string, () => string> = {
	products: m.admin_nav_products,
	stores: m.admin_nav_stores
};

export const importStateNames: Record<ImportState, () => string> = {
	uploading: m.admin_import_state_uploading,
	matching: m.admin_import_state_matching,
	checking: m.admin_import_state_checking,
	checked: m.admin_import_state_checked,
	writing: m.admin_import_state_writing,
	done: m.admin_import_state_done,
	failed: m.admin_import_state_failed,
	cancelled: m.admin_import_state_cancelled
};

export const importStateTones: Record<ImportState, 'neutral' | 'good' | 'warn' | 'bad'> = {
	uploading: 'neutral',
	matching: 'warn',
	checking: 'neutral',
	checked: 'warn',
	writing: 'neutral',
	done: 'good',
	failed: 'bad',
	cancelled: 'neutral'
};

/** Where files of a kind come from: the list that they fill. */
export const importKindHref = (kind: string): string => `/admin/${kind}`;
