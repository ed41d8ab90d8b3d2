/**
 * Many buttons as one stop of the Tab key: arrows walk among them as they stand on the screen.
 * @returns the one a key leads to, null when the key means nothing here
 */
export function walk(buttons: HTMLElement[], from: HTMLElement, key: string): HTMLElement | null {
	const at = buttons.indexOf(from);
	if (at < 0) return null;
	const forward = getComputedStyle(from).direction === 'rtl' ? 'ArrowLeft' : 'ArrowRight';
	const column = buttons.filter((button) => button.offsetLeft === from.offsetLeft);
	const row = column.indexOf(from);
	switch (key) {
		case 'ArrowRight':
		case 'ArrowLeft':
			return buttons[at + (key === forward ? 1 : -1)] ?? null;
		case 'ArrowDown':
			return column[row + 1] ?? null;
		case 'ArrowUp':
			return column[row - 1] ?? null;
		case 'Home':
			return buttons[0] ?? null;
		case 'End':
			return buttons.at(-1) ?? null;
		default:
			return null;
	}
}
