/** What UTF-8 and Postgres cannot hold: the character zero, and half of a pair of surrogates. */
const unstorable = /[\0\p{Cs}]/u;

/** Whether every text in plain data, names of fields included, can be written down; anything else in it is fine. */
export function isStorable(data: unknown): boolean {
	const waiting: unknown[] = [data];
	// A list of what is left instead of a call for each level: nobody may exhaust the stack with brackets.
	while (waiting.length > 0) {
		const value = waiting.pop();
		if (typeof value === 'string') {
			if (unstorable.test(value)) return false;
		} else if (Array.isArray(value)) {
			for (const item of value) waiting.push(item);
		} else if (value !== null && typeof value === 'object' && !ArrayBuffer.isView(value)) {
			for (const [name, item] of Object.entries(value)) waiting.push(name, item);
		}
	}
	return true;
}
