import {
	spansIn,
	spansOut,
	storeProblems,
	storesRefusals,
	type OpeningHours,
	type Problem,
	type Span,
	type StoreInput
} from '#stores';
import { Draft } from './draft.svelte.ts';

/** A day with hours of its own, while it is written. */
interface OtherDay {
	key: number;
	day: string;
	times: string;
	note: string;
}

export type WrittenStore = Required<Omit<StoreInput, 'hours'>> & {
	hours: {
		weekly: [number, number][][];
		exceptions: { day: string; spans: [number, number][]; note: string | null }[];
	} | null;
};

const pair = ([from, to]: Span): [number, number] => [from, to];

/** A store while somebody writes it: texts as typed. */
export class StoreDraft extends Draft {
	name = $state('');
	city = $state('');
	address = $state('');
	taxNumber = $state('');
	timeZone = $state('');
	currency = $state('');
	pricesIncludeTax = $state(true);
	hoursKnown = $state(false);
	week = $state<string[]>(Array.from({ length: 7 }, (_, place) => (place === 6 ? '-' : '09:00-18:00')));
	others = $state<OtherDay[]>([]);
	#keys = 0;

	constructor(
		before: (StoreInput & { hours?: OpeningHours | null }) | null,
		usual: { timeZone: string; currency: string }
	) {
		super();
		this.timeZone = before?.timeZone ?? usual.timeZone;
		this.currency = before?.currency ?? usual.currency;
		if (!before) return;
		this.name = before.name;
		this.city = before.city;
		this.address = before.address ?? '';
		this.taxNumber = before.taxNumber ?? '';
		this.pricesIncludeTax = before.pricesIncludeTax ?? true;
		if (!before.hours) return;
		this.hoursKnown = true;
		this.week = before.hours.weekly.map(spansOut);
		this.others = before.hours.exceptions.map(({ day, spans, note }) => ({
			key: this.#keys++,
			day,
			times: spansOut(spans),
			note: note ?? ''
		}));
	}

	addDay(): void {
		this.others = [...this.others, { key: this.#keys++, day: '', times: '-', note: '' }];
	}

	removeDay(key: number): void {
		this.others = this.others.filter((other) => other.key !== key);
	}

	/** What is written; times that cannot be read are no times, and are found by `check`. */
	get written(): WrittenStore {
		const spans = (text: string) => (spansIn(text) || []).map(pair);
		return {
			name: this.name,
			city: this.city,
			address: this.address.trim() || null,
			taxNumber: this.taxNumber.trim() || null,
			timeZone: this.timeZone,
			currency: this.currency,
			pricesIncludeTax: this.pricesIncludeTax,
			hours: this.hoursKnown
				? {
						weekly: this.week.map(spans),
						exceptions: this.others.map(({ day, times, note }) => ({
							day,
							spans: spans(times),
							note: note.trim() || null
						}))
					}
				: null
		};
	}

	get typed() {
		return [this.written, this.week, this.others];
	}

	override check(): boolean {
		const unreadable = (text: string, field: string): Problem[] =>
			spansIn(text) === false ? [{ field, refusal: storesRefusals.data('store.hours_form') }] : [];
		const typed = this.hoursKnown
			? [
					...this.week.flatMap((text, place) => unreadable(text, `hours.weekly.${place}`)),
					...this.others.flatMap(({ times }, place) => unreadable(times, `hours.exceptions.${place}`))
				]
			: [];
		this.show([...typed, ...storeProblems(this.written)]);
		return this.problems.size === 0;
	}
}
