import type { Role } from '#core/actor';
import { m } from '#messages';

export const roleNames: Record<Role, () => string> = {
	cashier: m.admin_role_cashier,
	manager: m.admin_role_manager,
	owner: m.admin_role_owner
};
