import { expect, test } from 'vitest';
import { csvLine, csvMark, withoutGuard } from '#core/csv';
import { guessForm, type CsvForm, type Encoding } from './form.server.ts';
import { csvRecords, CsvFault } from './read.server.ts';

/** Cyrillic and Western letters as old programs write them. */
function bytesOf(text: string, encoding: Encoding): Uint8Array {
	if (encoding === 'utf-8') return new TextEncoder().encode(text);
	if (encoding.startsWith('utf-16')) {
		const bytes = Buffer.from(text, 'utf16le');
		return encoding === 'utf-16be' ? bytes.swap16() : bytes;
	}
	const decoder = new TextDecoder(encoding);
	const table = new Map(Array.from({ length: 256 }, (_, byte) => [decoder.decode(Uint8Array.of(byte)), byte]));
	return Uint8Array.from([...text].map((sign) => table.get(sign) ?? 0x3f));
}

async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
	for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size);
}

/** Everything that can be read, and what ends it. */
async function readAll(bytes: Uint8Array, form: CsvForm, size = 3) {
	const records: [number, ...string[]][] = [];
	try {
		for await (const { line, cells } of csvRecords(inPieces(bytes, size), form)) records.push([line, ...cells]);
		return { records, fault: null };
	} catch (error) {
		if (!(error instanceof CsvFault)) throw error;
		return { records, fault: [error.code, error.line] };
	}
}

const russian = 'Название;Цена\r\nХлеб ржаной;12,50\r\nМолоко;89,00\r\n';
const german = 'Name;Preis\r\nKäse für Gäste;12,50\r\nBrot;3,20\r\n';

test.each<[string, Uint8Array, CsvForm]>([
	['plain commas', bytesOf('a,b\n1,2\n', 'utf-8'), { encoding: 'utf-8', delimiter: ',' }],
	['a byte order mark', bytesOf(`${csvMark}a;b\n1;2\n`, 'utf-8'), { encoding: 'utf-8', delimiter: ';' }],
	['tabs', bytesOf('a\tb\n1,5\t2\n', 'utf-8'), { encoding: 'utf-8', delimiter: '\t' }],
	['semicolons between decimal commas', bytesOf(russian, 'utf-8'), { encoding: 'utf-8', delimiter: ';' }],
	['commas in quotes', bytesOf('a;b\n"1,2,3,4";x\n', 'utf-8'), { encoding: 'utf-8', delimiter: ';' }],
	['an old Russian program', bytesOf(russian, 'windows-1251'), { encoding: 'windows-1251', delimiter: ';' }],
	['an old Western program', bytesOf(german, 'windows-1252'), { encoding: 'windows-1252', delimiter: ';' }],
	[
		'a spreadsheet’s “Unicode text”',
		bytesOf(`${csvMark}a\tb\n1\t2`, 'utf-16le'),
		{ encoding: 'utf-16le', delimiter: '\t' }
	],
	['the same the other way round', bytesOf(`${csvMark}a,b\n1,2`, 'utf-16be'), { encoding: 'utf-16be', delimiter: ',' }],
	['UTF-16 without a mark', bytesOf('name,price\nbread,12\n', 'utf-16le'), { encoding: 'utf-16le', delimiter: ',' }],
	['one column', bytesOf('code\nA1\nA2\n', 'utf-8'), { encoding: 'utf-8', delimiter: ',' }],
	['nothing', new Uint8Array(), { encoding: 'utf-8', delimiter: ',' }]
])('the form of a file is guessed: %s', (_, bytes, form) => {
	expect(guessForm(bytes)).toEqual(form);
});

test('a letter that is cut in two at the end of the first piece is no wrong encoding', () => {
	const bytes = bytesOf('имя,цена\nхлеб,12\n', 'utf-8');
	for (let length = 8; length < bytes.length; length++)
		expect(guessForm(bytes.subarray(0, length))).toMatchObject({ encoding: 'utf-8' });
});

test('a workbook and a picture are no text', () => {
	expect(guessForm(Uint8Array.of(0x50, 0x4b, 3, 4, 20, 0, 6, 0))).toBe('workbook');
	expect(guessForm(Uint8Array.of(0xd0, 0xcf, 0x11, 0xe0, 0xa1))).toBe('workbook');
	expect(guessForm(Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0, 0, 0, 13, 0x49))).toBe('binary');
});

const comma: CsvForm = { encoding: 'utf-8', delimiter: ',' };

test.each<[string, string, [number, ...string[]][], unknown]>([
	[
		'line breaks in quotes',
		'a,b\r\n1,"x\r\ny"\r\n2,z',
		[
			[1, 'a', 'b'],
			[2, '1', 'x\r\ny'],
			[4, '2', 'z']
		],
		null
	],
	[
		'all line ends in one file',
		'a\n1\r\n2\r3\n',
		[
			[1, 'a'],
			[2, '1'],
			[3, '2'],
			[4, '3']
		],
		null
	],
	[
		'empty lines',
		'a,b\n\n1,2\n,\n  ,\n3,4\n',
		[
			[1, 'a', 'b'],
			[3, '1', '2'],
			[6, '3', '4']
		],
		null
	],
	[
		'doubled quotes',
		'a\n"say ""hi"""\n',
		[
			[1, 'a'],
			[2, 'say "hi"']
		],
		null
	],
	[
		'a quote inside a word',
		'a,b\n5" pipe,x\n',
		[
			[1, 'a', 'b'],
			[2, '5" pipe', 'x']
		],
		null
	],
	[
		'text behind a quote',
		'a,b\n"ab"c,x\n',
		[
			[1, 'a', 'b'],
			[2, '"ab"c', 'x']
		],
		null
	],
	[
		'cells that are missing or too many',
		'a,b\n1\n1,2,3\n',
		[
			[1, 'a', 'b'],
			[2, '1'],
			[3, '1', '2', '3']
		],
		null
	],
	[
		'blanks around cells',
		' a , b \n 1 ,\t2 \n',
		[
			[1, 'a', 'b'],
			[2, '1', '2']
		],
		null
	],
	[
		'a formula',
		'a\n"=HYPERLINK(""http://x"",""y"")"\n',
		[
			[1, 'a'],
			[2, '=HYPERLINK("http://x","y")']
		],
		null
	],
	[
		'a formula that we had made text',
		"a\n'=1+1\n'-2\n''=x\n'tis\n",
		[
			[1, 'a'],
			[2, '=1+1'],
			[3, '-2'],
			[4, "'=x"],
			[5, "'tis"]
		],
		null
	],
	[
		'half a file: a quote that is never closed',
		'a,b\n1,2\n3,"x\ny\n',
		[
			[1, 'a', 'b'],
			[2, '1', '2']
		],
		['quote_open', 3]
	],
	[
		'half a file: cut within a line',
		'a,b\n1,2\n3',
		[
			[1, 'a', 'b'],
			[2, '1', '2'],
			[3, '3']
		],
		null
	],
	['nothing at all', '', [], null],
	['a mark and nothing else', csvMark, [], null]
])('%s', async (_, text, records, fault) => {
	for (const size of [1, 2, 3, 7, 1000])
		expect(await readAll(bytesOf(text, 'utf-8'), comma, size), `in pieces of ${size}`).toEqual({ records, fault });
});

test.each<Encoding>(['utf-8', 'utf-16le', 'utf-16be', 'windows-1251'])(
	'%s is read whole, wherever it is cut',
	async (encoding) => {
		for (const size of [1, 2, 5]) {
			const { records } = await readAll(bytesOf(russian, encoding), { encoding, delimiter: ';' }, size);
			expect(records.slice(1)).toEqual([
				[2, 'Хлеб ржаной', '12,50'],
				[3, 'Молоко', '89,00']
			]);
		}
	}
);

test('a wrong encoding is said with the line, and what stands before it is kept', async () => {
	const good = bytesOf('name\nbread\n', 'utf-8');
	const bytes = new Uint8Array([...good, ...bytesOf('Хлеб\n', 'windows-1251')]);
	expect(await readAll(bytes, comma)).toEqual({
		records: [
			[1, 'name'],
			[2, 'bread']
		],
		fault: ['encoding', 3]
	});
});

test('a quote that swallows the rest of a large file is found before it fills the memory', async () => {
	const line = bytesOf('some words,12.50\n'.repeat(1000), 'utf-8');
	let pieces = 0;
	async function* endless(): AsyncGenerator<Uint8Array> {
		yield bytesOf('a,b\n1,"open\n', 'utf-8');
		for (; pieces < 10_000; pieces++) yield line;
	}
	const read = async () => {
		for await (const record of csvRecords(endless(), comma)) void record;
	};
	await expect(read()).rejects.toMatchObject({ code: 'line_too_long', line: 2 });
	expect(pieces).toBeLessThan(100);
});

test('two hundred megabytes are read a piece at a time', async () => {
	const rows = 500;
	const piece = bytesOf(
		`"4006381333931","Bread, ""rye""",12.50,${'some longer text '.repeat(24)}\n`.repeat(rows),
		'utf-8'
	);
	const pieces = Math.ceil(200_000_000 / piece.length);
	let given = 0;
	let ahead = 0;
	async function* file(): AsyncGenerator<Uint8Array> {
		for (; given < pieces; given++) yield piece;
	}
	let read = 0;
	for await (const { cells } of csvRecords(file(), comma)) {
		if (read % rows === 0) ahead = Math.max(ahead, given - read / rows);
		read++;
		if (cells.length !== 4) throw new Error(`line ${read} has ${cells.length} cells`);
	}
	expect(read).toBe(pieces * rows);
	// No more than the piece in hand and the one that follows has been asked for, however much there is.
	expect(ahead).toBeLessThanOrEqual(2);
}, 120_000);

test('what is written with its guard is read without it, and only then', () => {
	for (const name of ['=1+1', "'=1+1", "''=x", '-5', '@x', '+49', "O'Neill", "'quoted'", "'"]) {
		const cell = csvLine([name]).trim().replace(/^"|"$/g, '');
		expect(withoutGuard(cell), name).toBe(name);
	}
});
