import { addDays, localDay, startOfDay } from '#core/time';
import type { Effect, Stacking } from '#pricing';
import {
	definitionProblems,
	readSharedCode,
	type CodeKind,
	type Definition,
	type DefinitionField,
	type Holding
} from '#vouchers';
import { readWhole, writeWhole } from './whole.ts';
import { Draft } from './draft.svelte.ts';

export interface Named {
	id: string;
	name: string;
}

/** A voucher's definition while somebody writes it: texts as typed, lists with their names. */
export class VoucherDraft extends Draft<DefinitionField> {
	title = $state('');
	description = $state('');
	kind = $state<Effect['kind']>('percent');
	percent = $state('');
	cents = $state<number | null>(null);
	capCents = $state<number | null>(null);
	freeProducts = $state.raw<Named[]>([]);
	quantity = $state('');
	of = $state('');
	free = $state('');
	pay = $state('');
	sets = $state('');
	stacking = $state<Stacking['kind']>('alone');
	group = $state('');
	validDays = $state('');
	validFrom = $state<'issue' | 'day_after'>('issue');
	minimumCents = $state<number | null>(null);
	products = $state.raw<Named[]>([]);
	categoryIds = $state.raw<string[]>([]);
	storeIds = $state.raw<string[]>([]);
	#codeKind = $state<CodeKind>('shared');
	holding = $state<Holding>('open');
	sharedCode = $state('');
	startDay = $state('');
	endDay = $state('');
	usesPerMember = $state('');
	usesPerCode = $state('');

	readonly #timeZone: string;
	readonly #before: Definition | null;

	/**
	 * @param before the definition to edit; null: a new voucher
	 * @param names behind the ids in it
	 */
	constructor(timeZone: string, before: Definition | null, names: Record<string, string>) {
		super();
		this.#timeZone = timeZone;
		this.#before = before;
		if (before) this.#take(before, names);
	}

	get codeKind(): CodeKind {
		return this.#codeKind;
	}

	/** A code of its own usually works once, a shared one for everybody: the limit that nobody typed follows the kind. */
	set codeKind(kind: CodeKind) {
		if (kind === this.#codeKind) return;
		this.#codeKind = kind;
		const untouched = kind === 'unique' ? '' : writeWhole(1);
		if (!this.#before && this.usesPerCode === untouched) this.usesPerCode = kind === 'unique' ? writeWhole(1) : '';
	}

	#take(before: Definition, names: Record<string, string>): void {
		const named = (ids: readonly string[]) => ids.map((id) => ({ id, name: names[id] ?? '…' }));
		const { effect, conditions } = before;
		this.title = before.title;
		this.description = before.description ?? '';
		this.kind = effect.kind;
		this.#takeEffect(effect, named);
		this.stacking = before.stacking.kind;
		this.group = before.stacking.kind === 'group' ? before.stacking.group : '';
		this.validDays = writeWhole(before.validity?.days ?? null);
		this.validFrom = before.validity?.from ?? 'issue';
		this.minimumCents = conditions.minimumCents === 0 ? null : conditions.minimumCents;
		this.products = named(conditions.productIds);
		this.categoryIds = conditions.categoryIds;
		this.storeIds = conditions.storeIds;
		this.#codeKind = before.codeKind;
		this.holding = before.holding;
		this.startDay = before.startsAt ? localDay(before.startsAt, this.#timeZone) : '';
		this.endDay = before.endsAt ? this.#lastDayOf(before.endsAt) : '';
		this.usesPerMember = writeWhole(before.usesPerMember);
		this.usesPerCode = writeWhole(before.usesPerCode);
	}

	#takeEffect(effect: Effect, named: (ids: readonly string[]) => Named[]): void {
		switch (effect.kind) {
			case 'percent':
				this.percent = writeWhole(effect.percent);
				this.capCents = effect.capCents;
				break;
			case 'amount':
				this.cents = effect.cents;
				break;
			case 'free_product':
				this.freeProducts = named(effect.productIds);
				this.quantity = writeWhole(effect.quantity / 1000);
				break;
			case 'fixed_price':
				this.cents = effect.cents;
				this.quantity = writeWhole(effect.quantity === null ? null : effect.quantity / 1000);
				break;
			case 'cheapest_free':
				this.of = writeWhole(effect.of);
				this.free = writeWhole(effect.free);
				break;
			case 'n_for_m':
				this.of = writeWhole(effect.of);
				this.pay = writeWhole(effect.pay);
				this.sets = writeWhole(effect.sets);
				break;
			case 'free_delivery':
				this.capCents = effect.capCents;
				break;
		}
	}

	#lastDayOf(endsAt: Date): string {
		// eslint-disable-next-line svelte/prefer-svelte-reactivity -- never changed after it was made; the field that holds it is the state
		return localDay(new Date(endsAt.getTime() - 1), this.#timeZone);
	}

	/** The start of the first day; an instant that was set more finely elsewhere stays while its day does. */
	#startsAt(): Date | null {
		if (this.startDay === '') return null;
		const old = this.#before?.startsAt;
		return old && localDay(old, this.#timeZone) === this.startDay ? old : startOfDay(this.startDay, this.#timeZone);
	}

	/** The end of the last day. */
	#endsAt(): Date | null {
		if (this.endDay === '') return null;
		const old = this.#before?.endsAt;
		if (old && this.#lastDayOf(old) === this.endDay) return old;
		return startOfDay(addDays(this.endDay, 1), this.#timeZone);
	}

	#effect(): Effect {
		switch (this.kind) {
			case 'percent':
				return { kind: 'percent', percent: readWhole(this.percent) ?? 0, capCents: this.capCents };
			case 'amount':
				return { kind: 'amount', cents: this.cents ?? 0 };
			case 'free_product':
				return {
					kind: 'free_product',
					productIds: this.freeProducts.map(({ id }) => id),
					// Nothing typed is one piece.
					quantity: this.quantity.trim() === '' ? 1000 : (readWhole(this.quantity) ?? 0) * 1000
				};
			case 'fixed_price': {
				const most = readWhole(this.quantity);
				return { kind: 'fixed_price', cents: this.cents ?? 0, quantity: most === null ? null : most * 1000 };
			}
			case 'cheapest_free':
				// Nothing typed is the usual: of three the one.
				return { kind: 'cheapest_free', of: readWhole(this.of) ?? 3, free: readWhole(this.free) ?? 1 };
			case 'n_for_m':
				return {
					kind: 'n_for_m',
					of: readWhole(this.of) ?? 3,
					pay: readWhole(this.pay) ?? 2,
					sets: readWhole(this.sets)
				};
			case 'free_delivery':
				return { kind: 'free_delivery', capCents: this.capCents };
		}
	}

	#validity(): Definition['validity'] {
		const days = this.codeKind === 'shared' ? null : readWhole(this.validDays);
		return days === null ? null : { days, from: this.validFrom };
	}

	/** What is written so far; what cannot be read as a number is a number that no rule allows. */
	get definition(): Definition {
		return {
			title: this.title,
			description: this.description.trim() === '' ? null : this.description,
			effect: this.#effect(),
			conditions: {
				minimumCents: this.minimumCents ?? 0,
				productIds: this.products.map(({ id }) => id),
				categoryIds: this.categoryIds,
				storeIds: this.storeIds
			},
			stacking: this.stacking === 'group' ? { kind: 'group', group: this.group } : { kind: this.stacking },
			codeKind: this.codeKind,
			holding: this.codeKind === 'shared' ? 'open' : this.holding,
			startsAt: this.#startsAt(),
			endsAt: this.#endsAt(),
			validity: this.#validity(),
			usesPerMember: readWhole(this.usesPerMember),
			usesPerCode: readWhole(this.usesPerCode)
		};
	}

	get typed() {
		return [this.definition, this.sharedCode];
	}

	override check(): boolean {
		// eslint-disable-next-line svelte/prefer-svelte-reactivity -- asked once, never shown
		const found = definitionProblems(this.definition, new Date());
		if (!this.#before && this.codeKind === 'shared' && this.sharedCode.trim() !== '') {
			const reading = readSharedCode(this.sharedCode);
			if ('problem' in reading) found.push(reading.problem);
		}
		this.show(found);
		return found.length === 0;
	}
}
