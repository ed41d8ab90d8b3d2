import type { ImportState } from '#imports';
import { m } from '#messages';

export const importKindNames: Record<string, () => string> = {
	products: m.admin_nav_products,
	stores: m.admin_nav_stores,
	voucher_codes: m.admin_import_kind_voucher_codes,
	points: m.admin_import_kind_points,
	members: m.admin_nav_members
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

/** What the files of a kind fill: their list, or the page of what this file is about. */
export function importKindHref(kind: string, aboutId: string | null = null): string {
	if (kind === 'voucher_codes') return aboutId ? `/admin/vouchers/${aboutId}` : '/admin/vouchers';
	return kind === 'points' ? '/admin/members' : `/admin/${kind}`;
}
