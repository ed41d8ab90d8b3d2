/**
 * What a file of comma-separated values is written in. Nobody says so inside the file, so that it is guessed from its
 * beginning, shown, and chosen by people where the guess is wrong.
 */
export const encodings = ['utf-8', 'utf-16le', 'utf-16be', 'windows-1251', 'windows-1252'] as const;
export type Encoding = (typeof encodings)[number];

export const delimiters = [',', ';', '\t', '|'] as const;
export type Delimiter = (typeof delimiters)[number];

export interface CsvForm {
	encoding: Encoding;
	delimiter: Delimiter;
}

/** Why a file is no text at all: a workbook of a spreadsheet is a ZIP, and what holds zeros is no text. */
export type NoText = 'workbook' | 'binary';

/** Guesses the form from the file's beginning; a few kilobytes are enough. */
export function guessForm(beginning: Uint8Array): CsvForm | NoText {
	const encoding = guessEncoding(beginning);
	if (encoding === 'workbook' || encoding === 'binary') return encoding;
	return { encoding, delimiter: guessDelimiter(new TextDecoder(encoding).decode(beginning, { stream: true })) };
}

function guessEncoding(bytes: Uint8Array): Encoding | NoText {
	const [a, b, c, d] = bytes;
	if (a === 0xef && b === 0xbb && c === 0xbf) return 'utf-8';
	if (a === 0xff && b === 0xfe) return 'utf-16le';
	if (a === 0xfe && b === 0xff) return 'utf-16be';
	if (a === 0x50 && b === 0x4b && c === 3 && d === 4) return 'workbook';
	if (a === 0xd0 && b === 0xcf && c === 0x11 && d === 0xe0) return 'workbook';
	const zeros = [0, 0];
	for (const [place, byte] of bytes.entries()) if (byte === 0) zeros[place % 2] = (zeros[place % 2] ?? 0) + 1;
	const [even = 0, odd = 0] = zeros;
	// UTF-16 without a mark: delimiters, digits and line ends have a zero beside them, always on the same side.
	if (even + odd > 0) {
		if (odd > bytes.length / 20 && even === 0) return 'utf-16le';
		return even > bytes.length / 20 && odd === 0 ? 'utf-16be' : 'binary';
	}
	if (isUtf8(bytes)) return 'utf-8';
	return isCyrillic(bytes) ? 'windows-1251' : 'windows-1252';
}

function isUtf8(bytes: Uint8Array): boolean {
	try {
		new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
		return true;
	} catch {
		return false;
	}
}

/** In Windows-1251 every letter is a high byte, and letters stand together; in Western text an é stands alone. */
function isCyrillic(bytes: Uint8Array): boolean {
	let high = 0;
	let together = 0;
	for (let place = 0; place < bytes.length; place++) {
		if ((bytes[place] as number) < 0xc0) continue;
		high++;
		if ((bytes[place - 1] ?? 0) >= 0xc0 || (bytes[place + 1] ?? 0) >= 0xc0) together++;
	}
	return together * 2 > high;
}

/** The mark that divides the first lines into the same number of cells, the most of them. */
function guessDelimiter(text: string): Delimiter {
	const lines = linesOf(text.slice(0, 65_536), 20);
	let best: { delimiter: Delimiter; score: number } = { delimiter: ',', score: 0 };
	for (const delimiter of delimiters) {
		const counts = lines.map((line) => line.split(delimiter).length - 1);
		const first = counts[0] ?? 0;
		if (first === 0) continue;
		const same = counts.filter((count) => count === first).length / counts.length;
		const score = same * 1000 + first;
		if (score > best.score) best = { delimiter, score };
	}
	return best.delimiter;
}

/** The first lines, without what stands in quotes; the last one only if it is whole. */
function linesOf(text: string, most: number): string[] {
	const bare = text.replace(/"(?:[^"]|"")*("|$)/g, '');
	const lines = bare.split(/\r\n|\n|\r/);
	const whole = lines.length > 1 ? lines.slice(0, -1) : lines;
	return whole.filter((line) => line.trim() !== '').slice(0, most);
}
