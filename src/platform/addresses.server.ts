/**
 * Addresses of a database, of which one may name several servers, as libpq writes it:
 * `postgres://user:password@one:5432,two:5432/database?target_session_attrs=primary`.
 */

/** Which of the servers is wanted: the one that takes writes, the first that answers, or if possible one that follows. */
export type Wish = 'primary' | 'any' | 'standby';

const wishes: Readonly<Record<string, Wish>> = {
	primary: 'primary',
	'read-write': 'primary',
	any: 'any',
	standby: 'standby',
	'read-only': 'standby',
	'prefer-standby': 'standby'
};

const attribute = 'target_session_attrs';

/** The address for each server by itself, in their order. One that names a single server comes back as it is. */
export function eachServer(address: string): string[] {
	const [, before, servers, after] = /^([a-z]+:\/\/(?:[^/?#]*@)?)([^/?#@]*)(.*)$/is.exec(address) ?? [];
	if (before === undefined || !servers?.includes(',')) return [address];
	return servers.split(',').map((server) => {
		const url = URL.parse(`${before}${server}${after}`);
		// Said to us, and strange to the driver.
		url?.searchParams.delete(attribute);
		return url?.href ?? '';
	});
}

/** Null: the address wishes for something that does not exist. */
export function wishOf(address: string): Wish | null {
	const wished = new URLSearchParams(/\?([^#]*)/.exec(address)?.[1]).get(attribute);
	return wishes[wished ?? 'primary'] ?? null;
}

/** The servers without anything secret: `one:5432, two:5432`. */
export const serversOf = (address: string): string =>
	eachServer(address)
		.map((one) => URL.parse(one)?.host)
		.join(', ');
