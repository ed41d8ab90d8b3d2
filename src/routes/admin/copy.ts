import { m } from '#messages';
import { toast } from '#ui/toasts.svelte.ts';

/** Copies a text and says so. Over plain http browsers have no clipboard: then the text is marked to be copied by hand. */
export async function copyText(text: string): Promise<void> {
	try {
		await navigator.clipboard.writeText(text);
		toast(m.common_copied(), { tone: 'good' });
	} catch {
		const field = document.createElement('textarea');
		field.value = text;
		field.style.position = 'fixed';
		field.style.opacity = '0';
		document.body.append(field);
		field.select();
		const copied = document.execCommand('copy');
		field.remove();
		toast(copied ? m.common_copied() : m.admin_copy_failed({ text }), copied ? { tone: 'good' } : {});
	}
}
