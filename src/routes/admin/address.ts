/**
 * A page's state lives in its address, so that it can be kept, sent and gone back to. What is empty or usual is left out.
 * Changing a filter begins the list anew: the cursor goes.
 */
export function withQuery(url: URL, changes: Record<string, string | null>): string {
	const query = new URLSearchParams(url.search);
	if (!('after' in changes)) query.delete('after');
	for (const [name, value] of Object.entries(changes)) {
		if (value === null || value === '') query.delete(name);
		else query.set(name, value);
	}
	const text = query.toString();
	return url.pathname + (text === '' ? '' : `?${text}`);
}

/** One of the allowed values of a parameter, or the usual one. */
export function oneOf<T extends string, F extends T | null>(
	url: URL,
	name: string,
	allowed: readonly T[],
	usual: F
): T | F {
	const value = url.searchParams.get(name);
	return allowed.find((each) => each === value) ?? usual;
}

/** Where to go after signing in: a page of the console, whatever the address says. */
export function pageOfConsole(to: string | null): string {
	return to !== null && /^\/admin(?:[/?](?!\/)[^\\]*)?$/.test(to) && !to.startsWith('/admin/sign-in') ? to : '/admin';
}
