import { connect, inTransaction } from '#platform/db';
import { registerImports } from '#imports/server';
import { csvLine } from '#core/csv';
import { newCode } from '#core/codes';
import { byHouse } from '#platform/trail';
import { createStore, foundProgramme, listProducts, productImport } from '#stores/server';
import { productPart } from '../../src/modules/stores/export.server.ts';
import { codeImport, createVoucher } from '#vouchers/server';
import { listCodes } from '../../src/modules/vouchers/admin-views.server.ts';
import { bare, bringIn, printTable, timed } from './bringing.ts';
import { Ending } from './ending.ts';
import { openServer } from './server.ts';

/**
 * `npm run bench:files`: how fast files come in and go out, and what a long list does to a page of it. The yardstick is
 * the same file read into a bare table of text by COPY's own work: one insert of many rows, without index, in the same
 * Postgres.
 */
const sizes = [1_000, 50_000];
const codes = 100_000;
const now = new Date();

const words = ['Olive', 'Saffron', 'Rye', 'Linden', 'Almond', 'Honey', 'Sesame', 'Cherry', 'Walnut', 'Barley'];
const productLine = (n: number): string =>
	csvLine([
		`${words[n % 10]} ${words[Math.floor(n / 10) % 10]} ${n}`,
		String(2_000_000_000_000 + n * 10 + checkOf(2_000_000_000_000 + n * 10)),
		`Shelf ${n % 40}`,
		`Brand ${n % 200}`,
		`${(n % 90) + 1}.${String(n % 100).padStart(2, '0')}`
	]);

/** The check digit of an EAN-13 whose last place is free. */
function checkOf(number: number): number {
	const total = [...String(number).slice(0, 12)].reduce(
		(sum, digit, place) => sum + Number(digit) * (place % 2 ? 3 : 1),
		0
	);
	return (10 - (total % 10)) % 10;
}

const rows: string[][] = [['figure', 'size', 'seconds', 'lines/s or ms', '× yardstick']];
const line = (figure: string, size: number, seconds: number, yardstick: number) =>
	void rows.push([
		figure,
		size.toLocaleString('en'),
		seconds.toFixed(2),
		`${Math.round(size / seconds).toLocaleString('en')}/s`,
		(seconds / yardstick).toFixed(1)
	]);

const ending = new Ending();
try {
	const server = await openServer(undefined, ending);
	const { db, end } = connect(server.shopUrl, { max: 4, name: 'bench' });
	ending.add('the connections', end);
	registerImports(productImport, codeImport);
	const place = { timeZone: 'Europe/Berlin', currency: 'EUR' };
	await inTransaction(db, async (tx) => {
		await foundProgramme(tx, { name: 'Bench', ...place }, now);
		await createStore(tx, { name: 'Bench', city: 'Hamburg', ...place }, now);
	});
	let there = 0;
	const pages: number[][] = [];
	for (const size of sizes) {
		const lines = Array.from({ length: size - there }, (_, n) => productLine(there + n));
		const yardstick = await bare(db, lines);
		const { dry, write } = await bringIn(db, 'products', `name,barcodes,category,brand,price\n${lines.join('')}`);
		line('products in, dry run', lines.length, dry, yardstick);
		line('products in, written', lines.length, write, yardstick);
		there = size;
		let out = 0;
		const exporting = await timed(async () => {
			for (let after: string | null = null; ;) {
				const part = await productPart(db, { after, language: 'en', currency: 'EUR' });
				out += part.items.map(csvLine).join('').length;
				if ((after = part.nextCursor) === null) return;
			}
		});
		line(`products out (${Math.round(out / 1000)} kB)`, size, exporting, yardstick);
		await server.freshen();
		const page: number[] = [];
		for (const text of ['', 'saffron', 'rye 4', 'nothing like it']) {
			const took: number[] = [];
			for (let round = 0; round < 15; round++) took.push(1000 * (await timed(() => listProducts(db, { text }))));
			page.push(took.sort((a, b) => a - b)[7] ?? 0);
		}
		pages.push(page);
	}
	for (const [place, what] of [
		'a page',
		'search: a word',
		'search: a word and a number',
		'search: nothing found'
	].entries()) {
		const [few = 0, many = 0] = pages.map((page) => page[place] ?? 0);
		rows.push([
			what,
			sizes.map((size) => size.toLocaleString('en')).join(' → '),
			'',
			`${few.toFixed(1)} → ${many.toFixed(1)} ms`,
			`${(many / few).toFixed(1)} growth`
		]);
	}
	const definition = {
		title: 'Bench',
		description: null,
		effect: { kind: 'percent' as const, percent: 10, capCents: null },
		conditions: { minimumCents: 0, productIds: [], categoryIds: [], storeIds: [] },
		stacking: { kind: 'alone' as const },
		codeKind: 'unique' as const,
		holding: 'open' as const,
		startsAt: null,
		endsAt: null,
		validity: null,
		usesPerMember: null,
		usesPerCode: 1
	};
	const voucher = await inTransaction(db, (tx) =>
		createVoucher(tx, { definition, currency: 'EUR', sharedCode: null }, byHouse, now)
	);
	const lines = Array.from({ length: codes }, () => `${newCode('voucher')}\n`);
	const yardstick = await bare(db, lines);
	const { dry, write } = await bringIn(db, 'voucher_codes', `code\n${lines.join('')}`, voucher.id);
	line('voucher codes in, dry run', codes, dry, yardstick);
	line('voucher codes in, written', codes, write, yardstick);
	const exporting = await timed(async () => {
		for (let cursor: string | null = null; ;) {
			const page = await listCodes(db, { voucherId: voucher.id, state: null, cursor, limit: 2_000 });
			if ((cursor = page.nextCursor) === null) return;
		}
	});
	line('voucher codes out', codes, exporting, yardstick);
	printTable(rows);
} finally {
	await ending.end();
}
