/** Lists of things with an id, as the till keeps what it knows. */
export const idsOf = (things: readonly { id: string }[] | undefined): Set<string> =>
	new Set(things?.map(({ id }) => id));

/** What was known, with newer knowledge in place of older. */
export function updated<T extends { id: string }>(known: readonly T[], newer: readonly T[]): T[] {
	const ids = idsOf(newer);
	return [...known.filter(({ id }) => !ids.has(id)), ...newer];
}

export const setOf = <T>(values: Iterable<T>): Set<T> => new Set(values);

export const systemClock = (): Date => new Date();
