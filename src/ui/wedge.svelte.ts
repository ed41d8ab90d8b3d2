/**
 * Hand scanners that act as a keyboard ("wedge"): a burst of keys that ends with Enter or Tab. Heard on the whole page,
 * also while a dialog is open. Figures from scanners in use: USB about 10–30 ms a key, Bluetooth up to 200 ms.
 */

/** The longest pause between two keys of one scan, in milliseconds. */
export const longestGap = 200;
/** In a field, where people type too, only a burst that no hand types is a scan: milliseconds a key on average. */
export const burstGap = 45;
/** The fewest symbols of a scan: shorter ones are somebody at the keyboard. */
export const fewestSymbols = 6;

export interface Key {
	/** `KeyboardEvent.key` and `.code` */
	key: string;
	code: string;
	/** milliseconds, from any beginning */
	at: number;
	/** with Control, Alt or Meta */
	modified?: boolean;
	/** the focus is in something one types into */
	inField: boolean;
}

/**
 * The symbol a key means. Scanners are set to a Latin keyboard; on a tablet with a Russian, Persian or Chinese one the
 * key gives another letter, and only the key's place says which was meant.
 */
export function symbolOf(key: string, code: string): string | null {
	if ([...key].length !== 1) return null;
	if (/^[\x21-\x7e]$/.test(key)) return key;
	const place = /^(?:Key([A-Z])|(?:Digit|Numpad)(\d))$/.exec(code);
	return place ? (place[1] ?? place[2] ?? null) : key === ' ' ? null : key;
}

/** Collects keys and says when they were a scan. Pure: knows no page and no clock. */
export class WedgeReader {
	#symbols = '';
	#first = 0;
	#last = 0;

	/** Whether a key at this time would go on with keys that may still become a scan. */
	collectsAt(at: number): boolean {
		return this.#symbols !== '' && at - this.#last <= longestGap;
	}

	/**
	 * Takes one key.
	 * @returns the text of a scan that this key ended, else null
	 */
	press(key: Key): string | null {
		const ends =
			key.key === 'Enter' || key.key === 'Tab' || (key.modified && (key.code === 'KeyJ' || key.code === 'KeyM'));
		if (!this.collectsAt(key.at)) this.#symbols = '';
		if (ends) return this.#end(key);
		if (key.modified) {
			this.#symbols = '';
			return null;
		}
		const symbol = symbolOf(key.key, key.code);
		if (symbol === null) {
			// Shift and its like come between the letters of a scan; anything else that is no letter ends it.
			if (!['Shift', 'CapsLock', 'AltGraph'].includes(key.key)) this.#symbols = '';
			return null;
		}
		if (this.#symbols === '') this.#first = key.at;
		this.#symbols += symbol;
		this.#last = key.at;
		return null;
	}

	#end(key: Key): string | null {
		const text = this.#symbols;
		this.#symbols = '';
		if (text.length < fewestSymbols) return null;
		const each = (this.#last - this.#first) / (text.length - 1);
		if (key.inField && each > burstGap) return null;
		return text;
	}
}

const typedInto = (target: EventTarget | null): target is HTMLInputElement | HTMLTextAreaElement =>
	(target instanceof HTMLTextAreaElement && !target.readOnly) ||
	(target instanceof HTMLInputElement &&
		!target.readOnly &&
		!['checkbox', 'radio', 'button', 'submit', 'range', 'file', 'color'].includes(target.type));

/**
 * Listens on the window until the returned function is called. A scan never presses the button that happens to have the
 * focus, and what its letters left in a field is taken back.
 */
export function listenToWedge(onscan: (text: string) => void): () => void {
	const reader = new WedgeReader();
	let before: { field: HTMLInputElement | HTMLTextAreaElement; value: string } | null = null;

	function onkeydown(event: KeyboardEvent) {
		if (event.isComposing || event.repeat) return;
		const field = typedInto(event.target) ? event.target : null;
		// What stood in the field before the key that may begin a scan.
		if (!reader.collectsAt(event.timeStamp) || before?.field !== field)
			before = field ? { field, value: field.value } : null;
		const text = reader.press({
			key: event.key,
			code: event.code,
			at: event.timeStamp,
			modified: event.ctrlKey || event.altKey || event.metaKey,
			inField: field !== null
		});
		if (text === null) return;
		event.preventDefault();
		event.stopPropagation();
		if (before) {
			before.field.value = before.value;
			before.field.dispatchEvent(new InputEvent('input', { bubbles: true }));
			before = null;
		}
		onscan(text);
	}

	window.addEventListener('keydown', onkeydown, { capture: true });
	return () => window.removeEventListener('keydown', onkeydown, { capture: true });
}

/** Listens as long as the component that calls this lives. Call it while the component is made. */
export function hearWedge(onscan: (text: string) => void, enabled: () => boolean = () => true): void {
	$effect(() => (enabled() ? listenToWedge(onscan) : undefined));
}
