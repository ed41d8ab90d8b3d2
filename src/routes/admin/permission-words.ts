import type { PermissionGroup } from '#identity';
import { getLocale } from '#locale';

type Message = (inputs: Record<string, unknown>, options: { locale: string }) => string;

// One module per message: a permission's words are found by its name.
const modules = import.meta.glob<Record<string, Message>>('../../paraglide/messages/admin_permission*.js', {
	eager: true
});
const messages = new Map(
	Object.values(modules).flatMap((module) =>
		Object.entries(module).filter(([name]) => name.startsWith('admin_permission'))
	)
);
const wordsOf = (key: string): string => messages.get(key)?.({}, { locale: getLocale() }) ?? '';
const keyOf = (name: string): string => `admin_permission_${name.replaceAll('.', '_')}`;

/** What a permission is called. */
export const permissionName = (name: string): string => wordsOf(keyOf(name)) || name;
/** What it means to hold it. */
export const permissionAbout = (name: string): string => wordsOf(`${keyOf(name)}_about`);
export const groupName = (group: PermissionGroup): string => wordsOf(`admin_permissions_${group}`);
