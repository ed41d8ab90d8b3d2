import type { Snippet } from 'svelte';

/** A column of a `DataTable`. */
export interface Column<Row> {
	key: string;
	label: string;
	/** what stands in the cell; a snippet where words are not enough */
	text?: (row: Row) => string;
	cell?: Snippet<[Row]>;
	/** figures: to the right in every language, as digits are written, so that they stand in columns; tabular, never broken */
	figures?: boolean;
	/** at the inline end */
	end?: boolean;
	/** what can be done with the row (`RowDeed`): at the inline end; on a card the last line */
	deeds?: boolean;
	sortable?: boolean;
	/** CSS width; the rest is shared by content */
	width?: string;
	/** on a card: stands beside the row's name, without its label: an amount */
	lead?: boolean;
	/** on a card: says by itself what it is, and needs no label: a state */
	plain?: boolean;
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
