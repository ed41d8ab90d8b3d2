import type { Attachment } from 'svelte/attachments';

/**
 * For a field that reads what is typed: while it could not read it, its form is not sent, since what stands there would
 * be taken for nothing. The keyboard goes to the field, which says what is wrong.
 * @param refuses asked when the form is sent: whether it is held back
 */
export const holding =
	(refuses: (field: HTMLInputElement) => boolean): Attachment<HTMLInputElement> =>
	(field) => {
		const { form } = field;
		function sent(event: SubmitEvent) {
			if (field.disabled || !refuses(field)) return;
			event.preventDefault();
			event.stopImmediatePropagation();
			field.focus();
		}
		// Before whoever sends the form.
		form?.addEventListener('submit', sent, { capture: true });
		return () => form?.removeEventListener('submit', sent, { capture: true });
	};
