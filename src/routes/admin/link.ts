/** The token that a one-time link carries in its fragment; null where the address has none. */
export function tokenInAddress(): string | null {
	const token = location.hash.slice(1);
	return /^[\w-]{43}$/.test(token) ? token : null;
}
