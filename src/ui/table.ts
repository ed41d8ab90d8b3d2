import type { Snippet } from 'svelte';

/** A column of a `DataTable`. */
export interface Column<Row> {
	key: string;
	label: string;
	/** what stands in the cell; a snippet where words are not enough */
	text?: (row: Row) => string;
	cell?: Snippet<[Row]>;
	/** figures: at the inline end, tabular, never broken */
	figures?: boolean;
	sortable?: boolean;
	/** CSS width; the rest is shared by content */
	width?: string;
	/** leaves the table when it gets narrower than a tablet on its side; on cards it stays away too */
	minor?: boolean;
}

export interface Sort {
	key: string;
	descending: boolean;
}

/** What a press on a column's head asks for: the same column turns around, another one begins with its natural order. */
export const nextSort = (sort: Sort | null, key: string, figures = false): Sort =>
	sort?.key === key ? { key, descending: !sort.descending } : { key, descending: figures };
