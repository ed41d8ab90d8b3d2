import type { Language } from '#core/languages';
import { languages } from '#core/languages';
import type { RefusalData } from '#core/refusal';
import type { ImportField, ImportLine, ImportOutcome } from '#imports';
import type { ImportKind, ImportRun } from '#imports/server';
import type { Tx } from '#platform/db';
import { foldWord, yesOrNo } from './cells.ts';
import { spansOut, spansIn } from './hour-words.ts';
import { storeProblems, type Span, type Store, type StoreInput } from './index.ts';
import { allStores, archiveStore, createStore, editStore, storeColumns, type CurrenciesSold } from './places.server.ts';
import { findProgramme } from './programme.server.ts';
import { storesRefusals } from './refusals.ts';

const dayKeys = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;

/** The days' names in each language, Monday first. */
const dayNames: Record<Language, readonly string[]> = {
	en: ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'],
	ru: ['Понедельник', 'Вторник', 'Среда', 'Четверг', 'Пятница', 'Суббота', 'Воскресенье'],
	zh: ['星期一', '星期二', '星期三', '星期四', '星期五', '星期六', '星期日'],
	fa: ['دوشنبه', 'سه‌شنبه', 'چهارشنبه', 'پنجشنبه', 'جمعه', 'شنبه', 'یکشنبه']
};

/** The columns of a file of stores. Holidays are not among them: they are kept in the console. */
export const storeFields: readonly ImportField[] = [
	{ key: 'id', names: { en: ['ID'], ru: ['ID', 'Код магазина'], zh: ['编号', 'ID'], fa: ['شناسه', 'ID'] } },
	{
		key: 'name',
		longest: 120,
		names: { en: ['Name', 'Store'], ru: ['Название', 'Магазин'], zh: ['名称', '门店'], fa: ['نام', 'فروشگاه'] }
	},
	{ key: 'city', longest: 120, names: { en: ['City', 'Town'], ru: ['Город'], zh: ['城市'], fa: ['شهر'] } },
	{
		key: 'address',
		longest: 200,
		names: { en: ['Address', 'Street'], ru: ['Адрес'], zh: ['地址'], fa: ['نشانی', 'آدرس'] }
	},
	{
		key: 'taxNumber',
		longest: 40,
		names: {
			en: ['Tax number', 'VAT number', 'Tax ID'],
			ru: ['Налоговый номер', 'ИНН'],
			zh: ['税号', '纳税人识别号'],
			fa: ['شناسه مالیاتی', 'شماره مالیاتی']
		}
	},
	{
		key: 'timeZone',
		names: { en: ['Time zone'], ru: ['Часовой пояс'], zh: ['时区'], fa: ['منطقه زمانی'] }
	},
	{ key: 'currency', names: { en: ['Currency'], ru: ['Валюта'], zh: ['货币', '币种'], fa: ['ارز', 'واحد پول'] } },
	{
		key: 'taxIncluded',
		names: { en: ['Prices include tax'], ru: ['Цены с налогом'], zh: ['价格含税'], fa: ['قیمت با مالیات'] }
	},
	...dayKeys.map((key, place) => ({
		key,
		names: Object.fromEntries(languages.map((language) => [language, [dayNames[language][place] ?? key]])) as Record<
			Language,
			string[]
		>
	})),
	{
		key: 'archived',
		names: { en: ['Closed for good'], ru: ['Закрыт навсегда'], zh: ['已永久关闭'], fa: ['برای همیشه بسته'] }
	}
];

/** A store's days as cells of a file, Monday first. */
export const dayCells = ({ hours }: Pick<Store, 'hours'>): (string | null)[] =>
	dayKeys.map((_, place) => (hours ? spansOut(hours.weekly[place] ?? []) : null));

const { data } = storesRefusals;
const refused = (field: string | null, refusal: RefusalData): ImportOutcome => ({ fate: 'refused', field, refusal });

interface Wish {
	input: StoreInput;
	archived: boolean;
	before: Store | null;
}

/** What is usual in this house, for stores that are new. */
interface Usual {
	timeZone: string;
	currency: string;
}

function wishOf({ cells }: ImportLine, known: readonly Store[], usual: Usual): Wish | ImportOutcome {
	const same = (store: Store) =>
		foldWord(store.name) === foldWord(cells.name ?? '') && foldWord(store.city) === foldWord(cells.city ?? store.city);
	const before = known.find((store) => (cells.id ? store.id === cells.id : same(store))) ?? null;
	if (cells.id && !before) return refused('id', data('store.unknown'));
	const week: (readonly Span[] | null)[] = [];
	for (const [place, key] of dayKeys.entries()) {
		const cell = cells[key];
		const spans = cell === undefined ? undefined : spansIn(cell);
		if (spans === false) return refused(key, data('store.hours_form'));
		week.push(spans === undefined ? (before?.hours?.weekly[place] ?? null) : spans);
	}
	const taxIncluded = cells.taxIncluded ? yesOrNo(cells.taxIncluded) : (before?.pricesIncludeTax ?? true);
	if (taxIncluded === null) return refused('taxIncluded', data('catalogue.yes_no'));
	const archived = cells.archived === undefined ? before?.archivedAt != null : yesOrNo(cells.archived);
	if (archived === null) return refused('archived', data('catalogue.yes_no'));
	const input: StoreInput = {
		name: cells.name || before?.name || '',
		city: cells.city || before?.city || '',
		address: cells.address === undefined ? (before?.address ?? null) : cells.address,
		taxNumber: cells.taxNumber === undefined ? (before?.taxNumber ?? null) : cells.taxNumber,
		timeZone: cells.timeZone || before?.timeZone || usual.timeZone,
		currency: (cells.currency || before?.currency || usual.currency).toUpperCase(),
		pricesIncludeTax: taxIncluded,
		hours: week.every((spans) => spans === null)
			? before?.hours && { ...before.hours, weekly: [[], [], [], [], [], [], []] }
			: { weekly: week.map((spans) => spans ?? []), exceptions: before?.hours?.exceptions ?? [] }
	};
	if (!before?.hours && week.every((spans) => spans === null)) input.hours = null;
	const [problem] = storeProblems(input);
	if (problem)
		return refused(
			problem.field.startsWith('hours.weekly.') ? (dayKeys[Number(problem.field.slice(13))] ?? null) : problem.field,
			problem.refusal
		);
	return { input, archived, before };
}

const isSame = ({ input, archived, before }: Wish): boolean => {
	if (!before || (before.archivedAt !== null) !== archived) return false;
	const after = storeColumns(input);
	return Object.entries(after).every(
		([key, value]) => JSON.stringify(value) === JSON.stringify(before[key as keyof Store])
	);
};

/** @param sold which currencies a store has sold in */
export const storeImport = (sold: CurrenciesSold): ImportKind => ({
	name: 'stores',
	permission: 'stores.write',
	fields: storeFields,
	anyOf: ['name', 'id'],
	keyOf: ({ cells }) =>
		cells.id ? `id ${cells.id}` : cells.name ? `name ${foldWord(cells.name)} ${foldWord(cells.city ?? '')}` : null,
	async take(tx: Tx, lines: readonly ImportLine[], { write, by, now }: ImportRun) {
		const [known, programme] = [await allStores(tx), await findProgramme(tx)];
		const usual = { timeZone: programme?.timeZone ?? 'UTC', currency: programme?.currency ?? 'EUR' };
		const outcomes: ImportOutcome[] = [];
		const seen = new Set<string>();
		for (const line of lines) {
			const wish = wishOf(line, known, usual);
			if ('fate' in wish) outcomes.push(wish);
			else if (wish.before && seen.has(wish.before.id)) outcomes.push(refused(null, data('catalogue.twice')));
			else outcomes.push(await fateOf(tx, wish, sold));
			if ('before' in wish && wish.before) seen.add(wish.before.id);
			const fate = outcomes.at(-1)?.fate;
			if (!write || 'fate' in wish || (fate !== 'new' && fate !== 'changed')) continue;
			const { input, archived, before } = wish;
			const store = before ?? (await createStore(tx, input, now, by));
			if (before && !isSame({ ...wish, archived: before.archivedAt !== null }))
				await editStore(tx, { id: before.id, version: before.version, ...input }, sold, by, now);
			if ((store.archivedAt !== null) !== archived) await archiveStore(tx, { id: store.id, archived }, by, now);
		}
		return { outcomes };
	}
});

/** A shop has tens of stores: each is asked for by itself. */
async function fateOf(tx: Tx, wish: Wish, sold: CurrenciesSold): Promise<ImportOutcome> {
	if (!wish.before) return { fate: 'new' };
	if (isSame(wish)) return { fate: 'unchanged' };
	const { before, input, archived } = wish;
	if (before.currency !== input.currency) {
		const other = (await sold(tx, before.id)).find((currency) => currency !== input.currency);
		if (other) return refused('currency', data('store.currency_in_use', { sold: other }));
	}
	if (archived && before.archivedAt === null) {
		const open = (await allStores(tx)).filter(({ archivedAt }) => archivedAt === null);
		if (open.length === 1) return refused('archived', data('store.last'));
	}
	return { fate: 'changed' };
}
