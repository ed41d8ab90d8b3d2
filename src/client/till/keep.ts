/**
 * Small things the till keeps on the tablet. A browser that does not let us (private windows, a full disk) keeps
 * nothing, and the till works on: what matters is on the server.
 */
export interface Shelf {
	read<T>(): T | null;
	write(value: unknown): void;
	clear(): void;
}

/**
 * @param name says what it is and in which form; a new form gets a new name, so that old rests are never misread
 * @param storage of the tab (an open sale: two tabs of one till must not share it) or of the tablet
 */
export function shelf(name: string, storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> | undefined): Shelf {
	return {
		read<T>() {
			try {
				const text = storage?.getItem(name);
				return text ? (JSON.parse(text) as T) : null;
			} catch {
				return null;
			}
		},
		write(value) {
			try {
				storage?.setItem(name, JSON.stringify(value));
			} catch {
				// full or forbidden
			}
		},
		clear() {
			try {
				storage?.removeItem(name);
			} catch {
				// forbidden
			}
		}
	};
}

/** The tab's or the tablet's storage, or nothing: merely asking for it may throw. */
export function storageOf(kind: 'sessionStorage' | 'localStorage'): Storage | undefined {
	try {
		return globalThis[kind];
	} catch {
		return undefined;
	}
}
