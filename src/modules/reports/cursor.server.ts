/** A page's end as a text that callers need not understand. */
export const writeCursor = (parts: readonly (string | number | null)[]): string =>
	Buffer.from(JSON.stringify(parts)).toString('base64url');

type Part = 'instant' | 'number' | 'text';

function partOf(value: unknown, kind: Part): string | null {
	if (kind === 'number') return Number.isSafeInteger(value) ? String(value) : null;
	if (typeof value !== 'string' || value.length > 200) return null;
	if (kind === 'text') return value;
	const at = Date.parse(value);
	return Number.isNaN(at) ? null : new Date(at).toISOString();
}

/** What `writeCursor` wrote, as texts; null for a cursor that nobody here wrote: it starts the list from its beginning. */
export function readCursor(cursor: string | null | undefined, kinds: readonly Part[]): string[] | null {
	if (!cursor) return null;
	try {
		const values = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown;
		if (!Array.isArray(values) || values.length !== kinds.length) return null;
		const parts = kinds.map((kind, i) => partOf(values[i], kind));
		return parts.some((part) => part === null) ? null : (parts as string[]);
	} catch {
		return null;
	}
}
