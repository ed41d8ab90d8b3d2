import type { BuiltInRole, Role } from '#core/actor';
import { isBuiltIn } from '#identity';
import { m } from '#messages';

const builtInNames: Record<BuiltInRole, () => string> = {
	cashier: m.admin_role_cashier,
	supervisor: m.admin_role_supervisor,
	manager: m.admin_role_manager,
	key_account_manager: m.admin_role_key_account_manager,
	owner: m.admin_role_owner
};

/** @param own what the house calls it, for a role of its own */
export const roleName = (role: Role, own: string | null): string =>
	isBuiltIn(role) ? builtInNames[role]() : (own ?? '–');
