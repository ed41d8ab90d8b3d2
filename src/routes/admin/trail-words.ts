import { grouped } from '#core/codes';
import { isBuiltIn } from '#identity';
import type { TrailEntry } from '#reports';
import type { OpeningHours } from '#stores';
import { getLocale } from '#locale';
import { permissionName } from './permission-words.ts';
import { roleName } from './roles.ts';
import { spansWords, weekdayName } from './store-words.ts';
import type { Words } from './words.ts';

type Change = TrailEntry['changes'][number];
type Message = (inputs: Record<string, unknown>, options: { locale: string }) => string;

// One module per message: actions and fields are named by what is stored, so that their words are found by name.
const modules = import.meta.glob<Record<string, Message>>('../../paraglide/messages/trail_*.js', { eager: true });
const messages = new Map(
	Object.values(modules).flatMap((module) => Object.entries(module).filter(([name]) => name.startsWith('trail_')))
);
const messageFor = (name: string): string | null => messages.get(name)?.({}, { locale: getLocale() }) ?? null;

/** `voucher.paused` as a phrase; an action that is newer than this page is shown as it is stored. */
export const actionWords = (action: string): string => messageFor(`trail_${action.replace('.', '_')}`) ?? action;

/** `usesPerMember` as people call it. */
const fieldWords = (field: string): string =>
	messageFor(`trail_field_${field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`) ?? field;

/** The first words of actions, for the filter. */
export const areas = [
	...new Set([...messages.keys()].flatMap((name) => /^trail_area_(.+)$/.exec(name)?.[1] ?? []))
].sort();
export const areaWords = (area: string): string => messageFor(`trail_area_${area}`) ?? area;

/** How a value is told that is not there. */
export const nothing = '–';

const instantForm = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}/;
const dayForm = /^\d{4}-\d{2}-\d{2}$/;
const idForm = /^[a-z]{3}_[0-9a-hjkmnp-tv-z]{22}$/;
/** one of a few words that are stored as such */
const wordForm = /^[a-z][a-z_]{1,30}$/;
/** fields in which people write what they like */
const typed = new Set([
	'name',
	'title',
	'typeName',
	'label',
	'key',
	'description',
	'city',
	'brand',
	'choices',
	'wording'
]);

/** Opening hours by weekday and by the days on which it is otherwise, so that a change shows the days that changed. */
function hoursByDay(value: unknown, words: Words): Map<string, string> {
	const days = new Map<string, string>();
	if (!isRecord(value)) return days;
	const { weekly, exceptions } = value as unknown as OpeningHours;
	for (const [place, spans] of weekly.entries()) days.set(weekdayName(place, words), spansWords(spans, words));
	for (const { day, spans } of exceptions) days.set(words.day(new Date(`${day}T12:00:00Z`)), spansWords(spans, words));
	return days;
}

function hoursChanges({ before, after }: { before: unknown; after: unknown }, words: Words): ChangeWords[] {
	const [was, is] = [hoursByDay(before, words), hoursByDay(after, words)];
	return [...new Set([...was.keys(), ...is.keys()])]
		.map((day) => ({
			field: `${fieldWords('hours')}: ${day}`,
			values: { before: was.get(day) ?? nothing, after: is.get(day) ?? nothing }
		}))
		.filter(({ values }) => values.before !== values.after);
}

/** What an entry says besides: its money's currency, and the names of what it speaks of by id. */
export interface Told {
	currency: string;
	names: TrailEntry['names'];
}

/** A stored value in words: by what its field is called, as refusals' details are. */
function valueWords(field: string, value: unknown, words: Words, told: Told): string {
	const { currency, names } = told;
	if (typeof value === 'boolean') return messageFor(value ? 'trail_value_yes' : 'trail_value_no') ?? String(value);
	if (typeof value === 'number') {
		if (/Pcm$/.test(field)) return words.rate(value / 100_000);
		// Until rates were thousandths of a per cent.
		if (/BasisPoints$/.test(field)) return words.rate(value / 10_000);
		return /cents$/i.test(field) ? words.money(value, currency) : words.number(value);
	}
	if (typeof value === 'string') {
		if (instantForm.test(value)) return words.dateTime(new Date(value));
		if (dayForm.test(value)) return words.day(new Date(`${value}T12:00:00Z`));
		if (field === 'permissions' || field === 'scopes') return permissionName(value);
		if (field === 'role' && isBuiltIn(value)) return roleName(value, null);
		// Of a thing that has no name, or has gone: enough to tell two apart.
		if (idForm.test(value)) return names[value] ?? `…${value.slice(-6)}`;
		return !typed.has(field) && wordForm.test(value) ? (messageFor(`trail_value_${value}`) ?? value) : value || nothing;
	}
	if (Array.isArray(value)) return words.row(value.map((item) => valueWords(field, item, words, told))) || nothing;
	if (!isRecord(value)) return nothing;
	return words.row(
		Object.entries(value).map(([name, inner]) => `${fieldWords(name)}: ${valueWords(name, inner, words, told)}`)
	);
}

export interface ChangeWords {
	field: string;
	/** null: personal or secret, only that it changed is known */
	values: { before: string; after: string } | null;
}

/** What changed, field by field; a record inside a field is told by the parts of it that differ. */
export function changeWords(changes: readonly Change[], words: Words, told: Told): ChangeWords[] {
	return changes.flatMap((change): ChangeWords[] => {
		if ('hidden' in change) return [{ field: fieldWords(change.field), values: null }];
		const { field, before, after } = change;
		if (field === 'hours') return hoursChanges(change, words);
		if (isRecord(before) && isRecord(after)) {
			return Object.keys({ ...before, ...after })
				.filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]))
				.map((name) => ({
					field: `${fieldWords(field)}: ${fieldWords(name)}`,
					values: {
						before: valueWords(name, before[name] ?? null, words, told),
						after: valueWords(name, after[name] ?? null, words, told)
					}
				}));
		}
		return [
			{
				field: fieldWords(field),
				values: {
					before: valueWords(field, before, words, told),
					after: valueWords(field, after, words, told)
				}
			}
		];
	});
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
	value !== null && typeof value === 'object' && !Array.isArray(value);

/** Who did it: the person, else the tablet, else what kind of caller it was. */
export function whoWords({ kind, name, device, store }: TrailEntry['who']): string {
	const who = name ?? messageFor(`trail_by_${kind}`) ?? kind;
	return [who, device, store].filter((part) => part !== null).join(' · ');
}

const pages: Record<string, (id: string) => string> = {
	voucher: (id) => `/admin/vouchers/${id}`,
	voucherCode: (id) => `/admin/vouchers/code/${id}`,
	gift_card: (id) => `/admin/gift-cards/${id}`,
	member: (id) => `/admin/members/${id}`,
	group: (id) => `/admin/members/groups/${id}`,
	receipt: (id) => `/admin/receipts/${id}`,
	programme: () => '/admin/settings',
	store: (id) => `/admin/stores/${id}`,
	product: (id) => `/admin/products/${id}`,
	import: (id) => `/admin/imports/${id}`,
	staff: (id) => `/admin/staff/${id}`
};

/** What was changed by the name it has, as its page writes it; null: it has none. */
export const titleOf = ({ kind, title }: TrailEntry['subject']): string | null =>
	title !== null && kind === 'receipt' ? grouped(title) : title;

/** The page of what was changed, where it has one. */
export const pageOf = ({ kind, id }: { kind: string; id: string }): string | null => pages[kind]?.(id) ?? null;
