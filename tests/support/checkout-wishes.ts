import { preview, type ReturnCommand, type SaleCommand } from '#checkout/server';
import type { Ask, BasketLine, Conditions, Effect, ProgrammeRules, Stacking } from '#pricing';
import { later, minute } from '#core/time';
import type { Command, Model, NotedReceipt } from './checkout-model.ts';
import type { World } from './checkout-world.ts';
import type { Dice } from './dice.ts';
import { spendableOf } from './purse-model.ts';
import { line } from './shop.ts';

/** What people come to the counter with: mostly what may succeed, now and then what may not. */
export class Wishes {
	readonly #dice: Dice;
	readonly #world: World;
	#keys = 0;

	constructor(dice: Dice, world: World) {
		this.#dice = dice;
		this.#world = world;
	}

	key = (): string => `simulated-${++this.#keys}`;
	caller = (): string => this.#dice.pick(['dev_one', 'dev_two', 'api_shop']);

	#counter() {
		const caller = this.caller();
		return { caller, key: this.#dice.chance(1) ? 'short' : this.key(), deviceId: caller, staffId: null };
	}

	#lines(): BasketLine[] {
		const dice = this.#dice;
		const { coffee, tea, bread, cheese, deposit } = this.#world.shop.products;
		const count = dice.chance(1) ? 0 : dice.whole(1, 3);
		return Array.from({ length: count }, (_, place) => {
			const key = `line${place}`;
			switch (dice.weighed({ piece: 5, weighed: 2, deposit: 1, amount: 4, unknown: 0.1, negative: 0.1 })) {
				case 'piece':
					return line(key, dice.pick([coffee, tea, bread]), 1000 * dice.whole(1, 4));
				case 'weighed':
					return line(key, cheese, dice.whole(1, 3000));
				case 'deposit':
					return line(key, deposit, 1000 * dice.whole(1, 6));
				case 'amount':
					return dice.chance(15)
						? { ...line(key, dice.whole(100, 900)), delivery: true }
						: line(key, dice.chance(50) ? dice.whole(1, 3000) : dice.whole(3000, 60_000));
				case 'unknown':
					return line(key, { id: 'prd_0000000000000000000000', cents: 100 });
				case 'negative':
					return line(key, -100);
			}
		});
	}

	#rights(model: Model, memberId: string | null): string[] {
		const dice = this.#dice;
		const codes = Object.values(model.notes.codes);
		if (codes.length === 0 || !dice.chance(40)) return [];
		if (dice.chance(2)) return ['vco_0000000000000000000000'];
		const mine = codes.filter((code) => code.memberId === memberId && code.usesLeft !== 0);
		const fit = codes.filter((code) => code.memberId === null && code.usesLeft !== 0);
		const one = dice.pick(dice.chance(50) && mine.length > 0 ? mine : dice.chance(80) && fit.length > 0 ? fit : codes);
		const more = dice.chance(30) ? [dice.pick(fit.length > 0 && dice.chance(80) ? fit : codes).id] : [];
		return [one.id, ...more, ...(more.length > 0 && dice.chance(20) ? [dice.pick(codes).id] : [])];
	}

	#cards(model: Model): Ask['giftCards'] {
		const dice = this.#dice;
		const cards = Object.values(model.notes.cards);
		if (cards.length === 0 || !dice.chance(35)) return [];
		if (dice.chance(2)) return [{ id: 'gft_0000000000000000000000', cents: null }];
		const full = cards.filter((card) => (card.cents ?? 0) > 0);
		const chosen = Array.from({ length: dice.chance(25) ? 2 : 1 }, () =>
			dice.pick(full.length > 0 && dice.chance(85) ? full : cards)
		);
		return chosen.map(({ id, cents }) => ({
			id,
			cents: dice.chance(60) ? null : dice.whole(1, Math.max(1, Math.min(Math.ceil((cents ?? 0) * 0.7), 900)))
		}));
	}

	#points(model: Model, memberId: string | null, now: Date): Ask['points'] {
		const dice = this.#dice;
		if (dice.chance(45)) return 0;
		if (dice.chance(50)) return 'most';
		const purse = memberId === null ? undefined : model.notes.members[memberId]?.purse;
		const { stepPoints } = model.notes.programme.rules.spend;
		const most = purse ? Math.floor(spendableOf(purse, now) / stepPoints) : 0;
		return stepPoints * dice.whole(most > 0 ? 1 : 0, dice.chance(10) ? most + 2 : most) + (dice.chance(2) ? 1 : 0);
	}

	ask(model: Model, storeId: string, now: Date): Ask {
		const dice = this.#dice;
		const memberId = dice.chance(1)
			? 'mem_0000000000000000000000'
			: dice.chance(12)
				? null
				: dice.pick(Object.keys(model.notes.members));
		const currency = model.notes.stores[storeId]?.currency ?? 'EUR';
		return {
			memberId,
			basket: { currency, lines: this.#lines() },
			rightIds: this.#rights(model, memberId),
			giftCards: this.#cards(model),
			points: this.#points(model, memberId, now)
		};
	}

	storeId(): string {
		const { shop, abroadId } = this.#world;
		if (this.#dice.chance(1)) return 'sto_0000000000000000000000';
		return this.#dice.chance(7) ? abroadId : this.#dice.pick([shop.storeId, shop.storeId, shop.otherStoreId]);
	}

	/** A sale as a till makes it: the real preview is looked at by `seen`, its fingerprint is what was agreed. */
	async sale(model: Model, now: Date, seen: (shown: Shown) => void): Promise<Command> {
		const storeId = this.storeId();
		const ask = this.ask(model, storeId, now);
		const shown = await preview(this.#world.db, { ask, storeId }, now);
		seen({ ask, storeId, shown });
		const command: SaleCommand = {
			...this.#counter(),
			storeId,
			ask,
			fingerprint: this.#dice.chance(8) ? null : shown.ok ? shown.quote.fingerprint : ''
		};
		if (this.#dice.chance(6)) command.happenedAt = later(now, -this.#dice.whole(1, 600) * minute);
		return { kind: 'sale', command };
	}

	/** Goods that come back: of any receipt, more often of one that still has some. */
	return(model: Model): Command | null {
		const dice = this.#dice;
		const all = Object.values(model.notes.receipts);
		if (all.length === 0) return null;
		const open = all.filter((one) => one.lines.some((sold) => sold.returned < sold.quantity));
		const rich = open.filter((one) => one.pointsSpent > 0 || one.giftCardCents > 0 || one.discountCents > 0);
		const receipt = dice.pick(
			dice.chance(50) && rich.length > 0 ? rich : dice.chance(90) && open.length > 0 ? open : all
		);
		const command: ReturnCommand = {
			...this.#counter(),
			storeId: dice.pick([receipt.storeId, this.#world.shop.storeId]),
			receiptId: dice.chance(1) ? 'rcp_0000000000000000000000' : receipt.id,
			lines: dice.chance(35) ? 'everything' : this.#portions(receipt),
			reason: dice.chance(30) ? 'did not fit' : null,
			handForCards: dice.chance(50)
		};
		return { kind: 'return', command };
	}

	#portions(receipt: NotedReceipt): { position: number; quantity: number }[] {
		const dice = this.#dice;
		const open = receipt.lines.filter((sold) => sold.returned < sold.quantity);
		const portions = open
			.filter(() => dice.chance(70))
			.map(({ position, quantity, returned }) => {
				const left = quantity - returned;
				const part = left > 1000 && left % 1000 === 0 ? 1000 * dice.whole(1, left / 1000) : dice.whole(1, left);
				return { position, quantity: dice.chance(3) ? left + 1 : part };
			});
		if (dice.chance(2)) portions.push({ position: 99, quantity: 1000 });
		return portions;
	}

	/** Rules as a manager might change them. */
	rules(before: ProgrammeRules, deposits: string): ProgrammeRules {
		const dice = this.#dice;
		const rules = structuredClone(before);
		for (let changes = dice.whole(1, 3); changes > 0; changes--) {
			switch (dice.weighed({ pending: 5, expiry: 6, rate: 2, base: 2, worth: 2, limits: 2, back: 2, off: 1 })) {
				case 'pending':
					rules.earn.pendingDays = rules.earn.pendingDays > 0 ? 0 : dice.pick([1, 3, 14]);
					break;
				case 'expiry':
					rules.earn.expiry = {
						days: dice.pick([3, 10, 30, 365, null]),
						rounding: dice.pick(['day', 'day', 'day', 'month', 'year', 'date']),
						monthDay: '02-29'
					};
					break;
				case 'rate':
					rules.earn.points = dice.pick([0, 1, 2, 7]);
					rules.earn.rounding = dice.pick(['down', 'nearest', 'up']);
					break;
				case 'base':
					rules.earn.paidWithPoints = dice.chance(50);
					rules.earn.paidWithGiftCard = dice.chance(50);
					rules.earn.discountedLines = dice.chance(70);
					rules.earn.excludedCategoryIds = dice.chance(60) ? [deposits] : [];
					break;
				case 'worth':
					rules.spend.worthPoints = dice.pick([100, 1, 3]);
					rules.spend.worthCents = dice.pick([100, 1, 7]);
					break;
				case 'limits':
					rules.spend.stepPoints = dice.pick([100, 1, 10]);
					rules.spend.minimumPoints = dice.pick([0, 10, 100]);
					rules.spend.maximumPoints = dice.pick([null, null, 500]);
					rules.spend.maximumSharePercent = dice.pick([100, 100, 50]);
					break;
				case 'back':
					rules.spend.givenBackMinimumDays = dice.pick([0, 5, 30]);
					break;
				case 'off':
					rules.spend.enabled = !rules.spend.enabled || dice.chance(50);
					break;
			}
		}
		return rules;
	}

	effect(): Effect {
		const dice = this.#dice;
		const { coffee, bread } = this.#world.shop.products;
		switch (dice.weighed({ percent: 3, amount: 2, free: 1, fixed: 1, cheapest: 1, sets: 1, delivery: 0.5 })) {
			case 'percent':
				return { kind: 'percent', percent: dice.pick([3, 10, 50, 100]), capCents: dice.chance(30) ? 700 : null };
			case 'amount':
				return { kind: 'amount', cents: dice.pick([1, 333, 5000]) };
			case 'free':
				return { kind: 'free_product', productIds: [coffee.id, bread.id], quantity: dice.pick([500, 1000, 2000]) };
			case 'fixed':
				return { kind: 'fixed_price', cents: dice.pick([100, 299]), quantity: dice.pick([null, 1000, 1500]) };
			case 'cheapest':
				return { kind: 'cheapest_free', of: dice.pick([2, 3]), free: 1 };
			case 'sets':
				return { kind: 'n_for_m', of: dice.pick([2, 3]), pay: 1, sets: dice.pick([null, 1, 2]) };
			case 'delivery':
				return { kind: 'free_delivery', capCents: dice.pick([null, 300]) };
		}
	}

	stacking(): Stacking {
		const dice = this.#dice;
		switch (dice.weighed({ alone: 2, together: 2, group: 1 })) {
			case 'alone':
				return { kind: 'alone' };
			case 'together':
				return { kind: 'together' };
			case 'group':
				return { kind: 'group', group: dice.pick(['spring', 'autumn']) };
		}
	}

	conditions(effect: Effect): Conditions {
		const dice = this.#dice;
		// A fixed price is the price of something.
		const some = effect.kind === 'fixed_price' ? 100 : 10;
		const { shop } = this.#world;
		return {
			minimumCents: dice.chance(20) ? 1500 : 0,
			productIds: dice.chance(some) ? [shop.products.cheese.id, shop.products.tea.id] : [],
			categoryIds: dice.chance(10) ? [shop.categories.food] : [],
			storeIds: dice.chance(15) ? [shop.otherStoreId] : []
		};
	}
}

export interface Shown {
	ask: Ask;
	storeId: string;
	shown: Awaited<ReturnType<typeof preview>>;
}
