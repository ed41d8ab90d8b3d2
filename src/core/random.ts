/** Random bytes, drawn for many ids and codes at once: asking for twelve costs as much as asking for a thousand. */
const pool = new Uint8Array(2048);
let drawn = pool.length;

/** One byte that nobody can guess. It is handed out once and wiped, so that what was drawn cannot be read afterwards. */
export function randomByte(): number {
	if (drawn === pool.length) {
		globalThis.crypto.getRandomValues(pool);
		drawn = 0;
	}
	const byte = pool[drawn] as number;
	pool[drawn++] = 0;
	return byte;
}
