import type { RefusalData } from '#core/refusal';
import { pricingRefusals, type CardTerms, type GiftCardFact } from '#pricing';
import type { OpenSale } from './sale.svelte.ts';
import type { ShopFacts, TillServer } from './server.ts';

/** A gift card on its way into the basket: first which one, then how much goes on it; null: a new one. */
export type Selling =
	| { step: 'card' }
	| { step: 'amount'; deed: 'activated' | 'topped_up'; card: GiftCardFact }
	| { step: 'amount'; deed: 'issued'; card: null }
	/** it is worth so much that it needs a PIN first */
	| { step: 'pin'; deed: 'activated'; card: GiftCardFact; cents: number };

/** Why a card that was scanned is not sold. */
export type NotSold = { kind: 'refused'; refusal: RefusalData } | { kind: 'card_here'; lastSymbols: string };

/** Why a card that was scanned does not pay. */
export type NotPaying = { kind: 'refused'; refusal: RefusalData } | { kind: 'card_empty'; lastSymbols: string };

/** Whether a card that was scanned can pay something; null: it can. */
export function cannotPay({ state, lastSymbols, availableCents }: GiftCardFact): NotPaying | null {
	if (state !== 'active')
		return { kind: 'refused', refusal: pricingRefusals.data(`gift_card.${state}`, { lastSymbols }) };
	return availableCents > 0 ? null : { kind: 'card_empty', lastSymbols };
}

/** The till's sale of gift cards: which one, how much goes on it, into the basket. */
export class CardSale {
	/** null: none is being sold */
	open = $state.raw<Selling | null>(null);
	readonly #sale: OpenSale;
	readonly #shop: () => ShopFacts | null;
	readonly #server: Pick<TillServer, 'enterPin' | 'setPin'>;

	constructor(sale: OpenSale, shop: () => ShopFacts | null, server: Pick<TillServer, 'enterPin' | 'setPin'>) {
		this.#sale = sale;
		this.#shop = shop;
		this.#server = server;
	}

	/** How this store sells gift cards; null: it sells none. */
	get terms(): CardTerms | null {
		const shop = this.#shop();
		return shop?.cardRules?.terms.find(({ currency }) => currency === shop.store.currency) ?? null;
	}

	/** Asks which card. */
	begin(): void {
		this.open = { step: 'card' };
	}

	close(): void {
		this.open = null;
	}

	/** Whether a card that was scanned is one to sell: from the rack, or any while cards are being sold. */
	wants({ state }: GiftCardFact): boolean {
		return state === 'inactive' || (this.open !== null && state === 'active');
	}

	/** A card from the rack is sold, an active one is topped up. @returns why not, or null */
	take(card: GiftCardFact): NotSold | null {
		const currency = this.#shop()?.store.currency ?? '';
		const { id, lastSymbols } = card;
		if (!this.terms) return { kind: 'refused', refusal: pricingRefusals.data('gift_card.not_sold_here', { currency }) };
		if (card.currency !== currency) {
			const details = { lastSymbols, currency: card.currency, givenCurrency: currency };
			return { kind: 'refused', refusal: pricingRefusals.data('gift_card.currency_other', details) };
		}
		if (this.#sale.basket.sells(id)) return { kind: 'card_here', lastSymbols };
		const deed = card.state === 'inactive' ? 'activated' : 'topped_up';
		this.open = { step: 'amount', deed, card };
		if (deed === 'activated' && card.valueCents !== null) this.sell(card.valueCents);
		return null;
	}

	/** A new gift card: into the wallet of the member who is here, or with its code for whoever shows none. */
	digital(): void {
		this.open = { step: 'amount', deed: 'issued', card: null };
	}

	/** The most that goes on a new card here; `walletFromCents`: from then on it would need somebody's wallet. */
	mostOf({ mostCents, pinFromCents }: CardTerms): { mostCents: number; walletFromCents: number | null } {
		const onPaper = this.open?.step === 'amount' && this.open.deed === 'issued' && !this.#sale.member;
		if (!onPaper || pinFromCents === null || mostCents < pinFromCents) return { mostCents, walletFromCents: null };
		return { mostCents: pinFromCents - 1, walletFromCents: pinFromCents };
	}

	/** Puts the card that waits into the basket, with so much on it. */
	sell(cents: number): void {
		const { open } = this;
		if (open?.step !== 'amount' || cents <= 0 || this.#sale.frozen) return;
		const { deed, card } = open;
		const pinFromCents = this.terms?.pinFromCents ?? null;
		if (deed === 'activated' && card.pin === 'none' && pinFromCents !== null && cents >= pinFromCents) {
			this.open = { step: 'pin', deed, card, cents };
			return;
		}
		this.#sale.sellCard(deed, card, cents);
		this.open = null;
	}

	/**
	 * The customer chose the PIN that the card needs: it goes into the basket.
	 * @throws what the server refuses, for the sheet to show
	 */
	async choosePin(pin: string): Promise<void> {
		const { open } = this;
		if (open?.step !== 'pin') return;
		await this.#server.setPin(open.card.id, pin);
		this.#sale.sellCard(open.deed, { ...open.card, pin: 'given' }, open.cents);
		this.open = null;
	}

	/**
	 * The customer entered the PIN of a card that is to pay.
	 * @throws what the server refuses, for the sheet to show
	 */
	async enterPin(id: string, pin: string): Promise<void> {
		const { proof } = await this.#server.enterPin(id, pin);
		this.#sale.proveCard(id, proof);
	}
}
