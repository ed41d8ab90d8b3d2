import type { GroupKind, GroupRole } from '#groups';
import { m } from '#messages';

export const kindWord = (kind: GroupKind): string =>
	kind === 'household' ? m.admin_group_household() : m.admin_group_firm();

/** A firm has a main buyer where a household has its head. */
export function roleWord(kind: GroupKind, role: GroupRole): string {
	if (role === 'head') return kind === 'household' ? m.admin_group_role_head() : m.admin_group_role_main();
	if (role === 'member') return m.admin_group_role_member();
	return role === 'buyer' ? m.admin_group_role_buyer() : m.admin_group_role_contact();
}
