import { CsvError, parse } from 'csv-parse';
import { withoutGuard } from '#core/csv';
import type { CsvForm } from './form.server.ts';

/**
 * Reads comma-separated values as a stream: a file of any length needs the memory of a few lines. The parsing itself is
 * csv-parse's (no dependencies, kept up since 2010, a release this year): papaparse knows no line numbers of its records,
 * and a parser of our own would have to learn again what both know about quotes.
 */
export interface CsvRecord {
	/** where it begins in the file, the first line being 1 */
	line: number;
	/** without blanks around them; a formula is the text that it is written as */
	cells: string[];
}

/** What makes the rest of a file unreadable. */
export type CsvFaultCode = 'quote_open' | 'line_too_long' | 'encoding';

export class CsvFault extends Error {
	override name = 'CsvFault';
	readonly code: CsvFaultCode;
	/** the line it begins in */
	readonly line: number;
	constructor(code: CsvFaultCode, line: number) {
		super(`${code} in line ${line}`);
		this.code = code;
		this.line = line;
	}
}

/** Characters of one record: beyond that a quote was opened and never closed. */
const longestRecord = 200_000;

class WrongEncoding extends Error {
	/** whether what stood before it ended with a line */
	readonly afterLine: boolean;
	constructor(before: string) {
		super('bytes that mean nothing');
		this.afterLine = /[\r\n]$/.test(before);
	}
}

/** What stands for bytes that mean nothing in an encoding. A file that has it already was damaged before. */
const nothingKnown = '\ufffd';

async function* textOf(bytes: AsyncIterable<Uint8Array>, { encoding }: CsvForm): AsyncGenerator<string> {
	const decoder = new TextDecoder(encoding);
	let last = '';
	const sound = function* (text: string): Generator<string> {
		const wrong = text.indexOf(nothingKnown);
		const before = wrong < 0 ? text : text.slice(0, wrong);
		last = before.at(-1) ?? last;
		yield before;
		if (wrong >= 0) throw new WrongEncoding(last);
	};
	for await (const chunk of bytes) yield* sound(decoder.decode(chunk, { stream: true }));
	yield* sound(decoder.decode());
}

/**
 * The records of a file in their order, lines without anything left out. Whether they have as many cells as the header
 * is for the caller to say.
 * @throws CsvFault after everything that could be read before it
 */
export async function* csvRecords(bytes: AsyncIterable<Uint8Array>, form: CsvForm): AsyncGenerator<CsvRecord> {
	const parser = new Pushed(form);
	// Counted here: the parser takes a line break of two signs inside quotes for two.
	let line = 1;
	const records = function* (taken = parser.taken()): Generator<CsvRecord> {
		for (const cells of taken) {
			const begins = line;
			line += 1 + breaksIn(cells);
			if (cells.every((cell) => cell.trim() === '')) continue;
			yield { line: begins, cells: cells.map((cell) => withoutGuard(cell.trim())) };
		}
	};
	try {
		for await (const text of textOf(bytes, form)) {
			const error = await parser.write(text);
			yield* records();
			if (error) throw error;
		}
		const error = await parser.end();
		yield* records();
		if (error) throw error;
	} catch (error) {
		if (error instanceof WrongEncoding) {
			// The parser holds back the last line until it knows that it is over; one that is cut short is not told.
			await parser.end();
			const taken = parser.taken();
			yield* records(error.afterLine ? taken : taken.slice(0, -1));
		}
		throw faultOf(error, line);
	} finally {
		parser.close();
	}
}

/** The parser as something that is given text and gives back what it could read of it. */
class Pushed {
	#records: string[][] = [];
	#error: Error | null = null;
	readonly #parser: ReturnType<typeof parse>;

	constructor({ delimiter }: CsvForm) {
		this.#parser = parse({
			delimiter,
			// Whatever ends the lines, and all of them in one file.
			record_delimiter: ['\r\n', '\n', '\r'],
			relax_column_count: true,
			relax_quotes: true,
			max_record_size: longestRecord,
			// Taken here and not from the stream, which throws away what it has read when something is wrong later.
			on_record: (record: string[]) => {
				this.#records.push(record);
				return null;
			}
		});
		this.#parser.on('error', (error) => (this.#error = error)).resume();
	}

	write(text: string): Promise<Error | null> {
		return new Promise((done) => this.#parser.write(text, (error) => done(error ?? this.#error)));
	}

	end(): Promise<Error | null> {
		return new Promise((done) => {
			this.#parser.once('close', () => done(this.#error)).end();
		});
	}

	taken(): string[][] {
		const records = this.#records;
		this.#records = [];
		return records;
	}

	close(): void {
		this.#parser.destroy();
	}
}

const breaksIn = (cells: readonly string[]): number => {
	let count = 0;
	for (const cell of cells)
		if (cell.includes('\n') || cell.includes('\r')) count += cell.match(/\r\n|\n|\r/g)?.length ?? 0;
	return count;
};

function faultOf(error: unknown, line: number): unknown {
	if (error instanceof WrongEncoding) return new CsvFault('encoding', line);
	if (!(error instanceof CsvError)) return error;
	if (error.code === 'CSV_QUOTE_NOT_CLOSED') return new CsvFault('quote_open', line);
	return error.code === 'CSV_MAX_RECORD_SIZE' ? new CsvFault('line_too_long', line) : error;
}
