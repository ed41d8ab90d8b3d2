import { normaliseCode } from '#core/codes';
import { newId } from '#core/ids';
import type { Language } from '#core/languages';
import type { RefusalData } from '#core/refusal';
import type { ImportField, ImportLine, ImportOutcome } from '#imports';
import type { ImportKind, ImportRun } from '#imports/server';
import { insertRows, listOf, listsOf } from '#platform/bulk';
import { sqlOf, type Tx } from '#platform/db';
import { keepTrail, withoutCodes, type Deed } from '#platform/trail';
import { categoriesNamed, knownCategories } from './categories.server.ts';
import { foldWord, moneyIn, yesOrNo } from './cells.ts';
import { productProblems, type ProductInput } from './index.ts';
import { findProgramme } from './programme.server.ts';
import { columnsOf, trailOf, type ProductRow } from './products.server.ts';
import { storesRefusals } from './refusals.ts';
import { productBarcodes, products } from './tables.server.ts';
import { listTaxClasses } from './tax.server.ts';

/** The columns of a file of products: those that we write, under these names, and read under any of them. */
export const productFields = [
	{ key: 'id', names: { en: ['ID'], ru: ['ID', 'Код товара'], zh: ['编号', 'ID'], fa: ['شناسه', 'ID'] } },
	{
		key: 'name',
		names: {
			en: ['Name', 'Product', 'Product name', 'Title', 'Item'],
			ru: ['Название', 'Наименование', 'Товар'],
			zh: ['名称', '商品', '商品名称', '品名'],
			fa: ['نام', 'نام کالا', 'کالا', 'عنوان']
		}
	},
	{
		key: 'barcodes',
		longest: 700,
		names: {
			en: ['Barcodes', 'Barcode', 'EAN', 'GTIN', 'UPC', 'EAN code', 'Bar code'],
			ru: ['Штрихкоды', 'Штрихкод', 'Штрих-код'],
			zh: ['条码', '条形码'],
			fa: ['بارکدها', 'بارکد']
		}
	},
	{
		key: 'category',
		longest: 120,
		names: {
			en: ['Category', 'Group', 'Department'],
			ru: ['Категория', 'Группа', 'Отдел'],
			zh: ['类别', '分类'],
			fa: ['دسته', 'دسته‌بندی', 'گروه']
		}
	},
	{
		key: 'brand',
		names: {
			en: ['Brand', 'Manufacturer', 'Make'],
			ru: ['Бренд', 'Марка', 'Производитель'],
			zh: ['品牌'],
			fa: ['برند', 'نشان']
		}
	},
	{
		key: 'unit',
		names: { en: ['Unit', 'Sold by'], ru: ['Единица', 'Ед. изм.', 'Единица измерения'], zh: ['单位'], fa: ['واحد'] }
	},
	{
		key: 'price',
		names: {
			en: ['Price', 'Retail price', 'Sale price'],
			ru: ['Цена', 'Розничная цена'],
			zh: ['价格', '售价'],
			fa: ['قیمت', 'بها']
		}
	},
	{
		key: 'cost',
		names: {
			en: ['Cost', 'Purchase price', 'Cost price'],
			ru: ['Себестоимость', 'Закупочная цена'],
			zh: ['成本', '进价'],
			fa: ['قیمت خرید', 'هزینه']
		}
	},
	{
		key: 'tax',
		names: {
			en: ['Tax class', 'Tax', 'VAT'],
			ru: ['Налог', 'НДС', 'Налоговый класс'],
			zh: ['税种', '税率'],
			fa: ['مالیات', 'رده مالیاتی']
		}
	},
	{
		key: 'description',
		longest: 2000,
		names: { en: ['Description', 'Text'], ru: ['Описание'], zh: ['说明', '描述'], fa: ['توضیحات', 'شرح'] }
	},
	{
		key: 'archived',
		names: { en: ['Archived'], ru: ['В архиве'], zh: ['已归档'], fa: ['بایگانی‌شده'] }
	}
] as const satisfies readonly ImportField[];

const pieces: readonly string[] = ['piece', 'pieces', 'pc', 'pcs', 'ea', 'each', 'шт', 'штука', '件', '个', 'عدد'];
const kilograms: readonly string[] = ['kilogram', 'kg', 'kilo', 'кг', 'килограмм', '公斤', '千克', 'کیلوگرم', 'کیلو'];
export const unitNames: Record<Language, Record<'piece' | 'kilogram', string>> = {
	en: { piece: 'piece', kilogram: 'kg' },
	ru: { piece: 'шт', kilogram: 'кг' },
	zh: { piece: '件', kilogram: '公斤' },
	fa: { piece: 'عدد', kilogram: 'کیلوگرم' }
};

const barcodesIn = (cell: string): string[] => [
	...new Set(
		cell
			.split(/[\s,;|،؛]+/)
			.map(normaliseCode)
			.filter((code) => code !== '')
	)
];

interface Known extends ProductRow {
	barcodes: string[];
}

/** What a batch's lines may be about: all products that one of them could mean. */
interface Shelf {
	byId: Map<string, Known>;
	byBarcode: Map<string, Known>;
	byName: Map<string, Known>;
}

const nameKey = (categoryId: string, name: string): string => `${categoryId} ${foldWord(name)}`;

/** One list of ids, each found by its index: with `or` the whole catalogue was read for every batch (3.6 times at 50,000). */
async function shelfOf(tx: Tx, lines: readonly ImportLine[], hold: boolean): Promise<Shelf> {
	const barcodes = lines.flatMap(({ cells }) => barcodesIn(cells.barcodes ?? ''));
	const rows = await sqlOf(tx).unsafe<Record<string, unknown>[]>(
		`select p.*, array(select b.barcode from product_barcodes b where b.product_id = p.id) as barcodes
		from products p where p.id in (
			select unnest($1::text[]) collate "C"
			union select n.id from products n where n.name = any($2::text[])
			union select b.product_id from product_barcodes b where b.barcode = any($3::text[]))
		order by p.archived_at is null, p.id ${hold ? 'for update of p' : ''}`,
		[
			listOf(lines.map(({ cells }) => cells.id ?? '')),
			listOf(lines.map(({ cells }) => cells.name ?? '')),
			listOf(barcodes)
		],
		{ prepare: true }
	);
	const shelf: Shelf = { byId: new Map(), byBarcode: new Map(), byName: new Map() };
	for (const row of rows) {
		const product = knownOf(row);
		shelf.byId.set(product.id, product);
		for (const barcode of product.barcodes) shelf.byBarcode.set(barcode, product);
		shelf.byName.set(nameKey(product.categoryId, product.name), product);
	}
	return shelf;
}

function knownOf(row: Record<string, unknown>): Known {
	return Object.fromEntries(
		Object.entries(row).map(([name, value]) => {
			const key = name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
			return [key, key.endsWith('At') && value !== null ? new Date(value as string) : value];
		})
	) as unknown as Known;
}

/** What a file's words mean in this house. */
interface House {
	currency: string;
	language: Language;
	categories: Map<string, string>;
	taxes: Map<string, string>;
}

interface Wish {
	input: ProductInput;
	archived: boolean;
	before: Known | null;
}

const { data } = storesRefusals;
const refused = (field: string | null, refusal: RefusalData): ImportOutcome => ({ fate: 'refused', field, refusal });

/** What a line wishes a product to be; cells that the file does not have stay as they are. */
function wishOf({ cells }: ImportLine, shelf: Shelf, house: House): Wish | ImportOutcome {
	const codes = barcodesIn(cells.barcodes ?? '');
	const categoryId = cells.category ? house.categories.get(cells.category.toLocaleLowerCase()) : undefined;
	const named = cells.name && categoryId ? shelf.byName.get(nameKey(categoryId, cells.name)) : undefined;
	const owner = codes.map((code) => shelf.byBarcode.get(code)).find((product) => product !== undefined);
	const before = (cells.id ? shelf.byId.get(cells.id) : (owner ?? (codes.length === 0 ? named : undefined))) ?? null;
	if (cells.id && !before) return refused('id', data('product.unknown'));
	const foreign = codes.find((code) => (shelf.byBarcode.get(code)?.id ?? before?.id) !== before?.id);
	if (foreign) return refused('barcodes', data('product.barcode_taken', { barcode: foreign }));
	const price = cells.price === undefined ? undefined : moneyIn(cells.price, house.currency, house.language);
	if (price === false || (price === null && cells.price !== undefined))
		return refused('price', data('product.price_form'));
	const cost = cells.cost === undefined ? undefined : moneyIn(cells.cost, house.currency, house.language);
	if (cost === false) return refused('cost', data('product.price_form'));
	const unit = cells.unit ? unitIn(cells.unit) : (before?.unit ?? 'piece');
	if (unit === null) return refused('unit', data('product.unit_form'));
	const tax = cells.tax ? house.taxes.get(foldWord(cells.tax)) : cells.tax === undefined ? before?.taxClassId : null;
	if (cells.tax && tax === undefined) return refused('tax', data('tax.unknown'));
	const archived = cells.archived === undefined ? before?.archivedAt != null : yesOrNo(cells.archived);
	if (archived === null) return refused('archived', data('catalogue.yes_no'));
	if (!before && !cells.category) return refused('category', data('product.category_missing'));
	if (!before && price === undefined) return refused('price', data('product.price_form'));
	const input: ProductInput = {
		categoryId: (cells.category ? categoryId : before?.categoryId) ?? '',
		name: cells.name || before?.name || '',
		barcode: codes[0] ?? before?.barcode ?? null,
		moreBarcodes: [...new Set([...codes, ...(before?.barcodes ?? [])])],
		unit,
		priceCents: price ?? before?.priceCents ?? 0,
		costCents: cost === undefined ? (before?.costCents ?? null) : cost,
		brand: cells.brand === undefined ? (before?.brand ?? null) : cells.brand,
		description: cells.description === undefined ? (before?.description ?? null) : cells.description,
		taxClassId: tax ?? null
	};
	// A category that the dry run only promises has no id yet.
	const [problem] = productProblems({ ...input, categoryId: input.categoryId || 'promised' });
	if (problem) return refused(fieldOf[problem.field] ?? null, problem.refusal);
	return { input, archived, before };
}

const fieldOf: Record<string, string> = {
	name: 'name',
	barcode: 'barcodes',
	moreBarcodes: 'barcodes',
	priceCents: 'price',
	costCents: 'cost',
	brand: 'brand',
	description: 'description'
};

function unitIn(cell: string): 'piece' | 'kilogram' | null {
	const word = foldWord(cell).replace(/\.$/, '');
	if (pieces.includes(word)) return 'piece';
	return kilograms.includes(word) ? 'kilogram' : null;
}

const isSame = (wish: Wish & { before: Known }): boolean => {
	const { words: _, ...after } = columnsOf(wish.input);
	const before: Partial<Known> = wish.before;
	return (
		(wish.before.archivedAt !== null) === wish.archived &&
		Object.entries(after).every(([name, value]) => before[name as keyof Known] === value) &&
		(wish.input.moreBarcodes ?? []).every((code) => wish.before.barcodes.includes(code))
	);
};

/** Two lines may be about one thing without naming it alike: the first one counts. */
function namedTwice({ before, input }: Wish, taken: Set<string>): ImportOutcome | null {
	const fresh = (input.moreBarcodes ?? []).filter((code) => !before?.barcodes.includes(code));
	const again = fresh.find((code) => taken.has(code));
	if (again) return refused('barcodes', data('product.barcode_taken', { barcode: again }));
	if (before && taken.has(before.id)) return refused(null, data('catalogue.twice'));
	for (const code of fresh) taken.add(code);
	if (before) taken.add(before.id);
	return null;
}

async function take(tx: Tx, lines: readonly ImportLine[], run: ImportRun) {
	if (lines.length === 0) return { outcomes: [] };
	const named = [...new Set(lines.flatMap(({ cells }) => (cells.category ? [cells.category] : [])))];
	const known = await knownCategories(tx);
	const made = named.filter((name) => !known.has(name.toLocaleLowerCase()));
	const [programme, taxes, shelf] = [
		await findProgramme(tx),
		await listTaxClasses(tx),
		await shelfOf(tx, lines, run.write)
	];
	const house: House = {
		currency: programme?.currency ?? 'EUR',
		language: run.language,
		categories: known,
		taxes: new Map(taxes.map(({ id, name }) => [foldWord(name), id]))
	};
	const wishes = lines.map((line) => wishOf(line, shelf, house));
	const taken = new Set<string>();
	const outcomes = wishes.map((wish, place): ImportOutcome => {
		if ('fate' in wish) return wish;
		const twice = namedTwice(wish, taken);
		if (twice) return ((wishes[place] = twice), twice);
		if (!wish.before) return { fate: 'new' };
		const promised = wish.input.categoryId === '';
		return { fate: !promised && isSame({ ...wish, before: wish.before }) ? 'unchanged' : 'changed' };
	});
	if (run.write) {
		const sound = wishes.flatMap((wish, place) => {
			const fate = outcomes[place]?.fate;
			return 'input' in wish && (fate === 'new' || fate === 'changed')
				? [{ wish, line: lines[place] as ImportLine }]
				: [];
		});
		const needed = sound.flatMap(({ line }) => (line.cells.category ? [line.cells.category] : []));
		const all = await categoriesNamed(tx, [...new Set(needed)], run.by, run.now);
		for (const { wish, line } of sound)
			if (line.cells.category) wish.input.categoryId = all.get(line.cells.category.toLocaleLowerCase()) ?? '';
		await write(
			tx,
			sound.map(({ wish }) => wish),
			run
		);
	}
	return { outcomes, made };
}

/** Writes a batch: one statement for what is new, one for what changed, one for barcodes, one for the trail. */
async function write(tx: Tx, wishes: readonly Wish[], { by, now }: ImportRun): Promise<void> {
	const sql = sqlOf(tx);
	const rows = wishes.map((wish) => ({
		wish,
		row: {
			id: wish.before?.id ?? newId('product', now),
			...columnsOf(wish.input),
			archivedAt: wish.archived ? (wish.before?.archivedAt ?? now) : null
		}
	}));
	const fresh = rows.filter(({ wish }) => !wish.before).map(({ row }) => ({ ...row, createdAt: now, updatedAt: now }));
	await insertRows(sql, products, fresh);
	const changed = rows.filter(({ wish }) => wish.before).map(({ row }) => ({ ...row, updatedAt: now }));
	if (changed.length > 0)
		await sql.unsafe(
			`update products p set category_id = x.category_id, name = x.name, brand = x.brand, description = x.description,
				barcode = x.barcode, unit = x.unit, price_cents = x.price_cents, cost_cents = x.cost_cents,
				tax_class_id = x.tax_class_id, words = x.words, archived_at = x.archived_at, updated_at = x.updated_at,
				version = p.version + 1
			from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bigint[],
				$9::bigint[], $10::text[], $11::tsvector[], $12::timestamptz[], $13::timestamptz[])
				as x(id, category_id, name, brand, description, barcode, unit, price_cents, cost_cents, tax_class_id, words,
					archived_at, updated_at)
			where p.id = x.id collate "C"`,
			listsOf(changed, [
				'id',
				'categoryId',
				'name',
				'brand',
				'description',
				'barcode',
				'unit',
				'priceCents',
				'costCents',
				'taxClassId',
				'words',
				'archivedAt',
				'updatedAt'
			]),
			{ prepare: true }
		);
	const barcodes = rows.flatMap(({ wish, row }) =>
		(wish.input.moreBarcodes ?? [])
			.filter((barcode) => !wish.before?.barcodes.includes(barcode))
			.map((barcode) => ({ barcode, productId: row.id, addedAt: now }))
	);
	await insertRows(sql, productBarcodes, barcodes);
	const deeds = rows.map(({ wish, row }): Deed => {
		const { before, input } = wish;
		const action = before ? 'product.changed' : 'product.created';
		return {
			action,
			subject: { kind: 'product', id: row.id },
			title: withoutCodes(row.name),
			...(before && { before: trailOf(before, before.barcodes) }),
			after: trailOf({ ...before, ...row }, input.moreBarcodes ?? [])
		};
	});
	await keepTrail(tx, by, deeds, now);
}

export const productImport: ImportKind = {
	name: 'products',
	permission: 'products.write',
	fields: productFields,
	anyOf: ['name', 'id', 'barcodes'],
	keyOf({ cells }) {
		if (cells.id) return `id ${cells.id}`;
		const [code] = barcodesIn(cells.barcodes ?? '');
		if (code) return `barcode ${code}`;
		return cells.name ? `name ${foldWord(cells.category ?? '')} ${foldWord(cells.name)}` : null;
	},
	take
};
