/** One page of a list. The cursor is opaque to callers; null means there is no next page. */
export interface Page<T> {
	items: T[];
	nextCursor: string | null;
}

export const pageSize = 50;
