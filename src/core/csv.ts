/**
 * One line of a CSV file (RFC 4180). A cell that a spreadsheet would take for a formula is made text by an apostrophe
 * (OWASP, "CSV Injection"): names come from strangers.
 */
export function csvLine(cells: readonly (string | number | null)[]): string {
	return cells.map(csvCell).join(',') + '\r\n';
}

function csvCell(value: string | number | null): string {
	if (value === null) return '';
	if (typeof value === 'number') return String(value);
	// One apostrophe more where there are some already, so that reading the file again takes exactly ours away.
	const text = /^'*[=+\-@\t\r]/.test(value) ? `'${value}` : value;
	return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A cell as it was before `csvLine` made it text. */
export const withoutGuard = (cell: string): string => (/^'+[=+\-@\t\r]/.test(cell) ? cell.slice(1) : cell);

/** Tells spreadsheets that the file is UTF-8: without it they show names in other scripts as rubbish. */
export const csvMark = '\uFEFF';
