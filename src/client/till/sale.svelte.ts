import type { Cents, Points, Thousandths } from '#core/amounts';
import { newId } from '#core/ids';
import type { MemberCard, ReturnRequest } from '#checkout';
import {
	clashOf,
	quote,
	type AppliedRight,
	type Ask,
	type CardDeed,
	type Facts,
	type GiftCardFact,
	type MemberFact,
	type ProductFact,
	type Quote,
	type Right
} from '#pricing';
import type { ReturnView } from '#purchases';
import { idsOf, setOf, systemClock, updated } from './known.ts';
import { OpenBasket, type BasketSnapshot, type Sellable } from './basket.svelte.ts';

/** The shop as every sale of this till needs it. */
export type Shop = Pick<Facts, 'programme' | 'store' | 'cardRules'>;

/** What was sent to be committed. It stays the same over all retries, or its key would be refused. */
export interface Attempt {
	key: string;
	ask: Ask;
	fingerprint: string;
	/** goods that come back for those that go out, all or nothing */
	goods?: ReturnRequest;
}

export type ExchangeAttempt = Attempt & { goods: ReturnRequest };

/** Goods of a receipt that come back, and pay for those of this sale. */
export interface Exchanging {
	request: ReturnRequest;
	receiptNumber: string;
	/** what comes back, as its receipt calls it */
	lines: { name: string; quantity: Thousandths; unit: 'piece' | 'kilogram'; cents: Cents }[];
	/** what that gives, as the server said last */
	given: ReturnView;
	/** somebody with the right has to allow it */
	needsApproval: boolean;
	approvers: { id: string; name: string }[];
}

export interface AskedCard {
	id: string;
	/** null: as much as possible */
	cents: Cents | null;
	/** that its PIN was entered */
	proof?: string;
}

/** A right that one tap would use. */
export interface Offer {
	right: AppliedRight;
	/** what it would take off */
	cents: Cents;
	/** the titles of the rights it would replace; none: it joins those that are used */
	insteadOf: string[];
	/** how much more would come off in all than now; not above zero: the member keeps more with what is used */
	gainCents: Cents;
}

/** What of an open sale outlives a reload, as plain JSON. */
export interface SaleSnapshot {
	version: 1;
	key: string;
	basket: BasketSnapshot;
	member: MemberCard | null;
	rightIds: string[];
	cards: AskedCard[];
	points: Points | 'most';
	/** absent: not asked */
	confirmed?: boolean;
	rights: Right[];
	giftCards: GiftCardFact[];
	products: Record<string, ProductFact>;
	attempt: Attempt | null;
	/** absent: none */
	exchange?: Exchanging | null;
}

/**
 * The sale that is open at this till: the basket, who buys, what they want to use. Its quote is worked out anew with
 * every change, from what the till knows; the server's facts replace the till's own as they arrive.
 */
export class OpenSale {
	readonly basket = new OpenBasket();
	/** the idempotency key: made once per sale, kept over retries and reloads */
	key = $state(newId('request'));
	member = $state.raw<MemberCard | null>(null);
	/** the cashier made sure that a member who was identified by number alone stands here */
	confirmed = $state(false);
	rightIds = $state.raw<string[]>([]);
	cards = $state.raw<AskedCard[]>([]);
	/** how many points the member would like to spend; the quote's range limits them */
	points = $state<Points | 'most'>(0);
	/** sent, and not known whether it arrived: the sale is frozen until that is known */
	attempt = $state.raw<Attempt | null>(null);

	/** goods that come back for these */
	exchange = $state.raw<Exchanging | null>(null);

	#shop = $state.raw<Shop | null>(null);
	#products = $state.raw<Record<string, ProductFact>>({});
	#rights = $state.raw<Right[]>([]);
	#giftCards = $state.raw<GiftCardFact[]>([]);
	/** changes when the quote has to be worked out although nothing in it changed: time passed */
	#minute = $state(0);
	readonly #clock: () => Date;

	/** @param clock tells the time: rights begin and end while a sale is open */
	constructor(clock: () => Date = systemClock) {
		this.#clock = clock;
	}

	set shop(shop: Shop) {
		this.#shop = shop;
	}

	get isEmpty(): boolean {
		const { basket, member, rightIds, cards, exchange } = this;
		return basket.isEmpty && !member && !exchange && rightIds.length === 0 && cards.length === 0;
	}

	get frozen(): boolean {
		return this.attempt !== null;
	}

	/**
	 * Whether what the member owns may pay: their phone showed a code of this minute, or the cashier confirmed who they are.
	 * A number alone can be read over a shoulder.
	 */
	readonly trusted: boolean = $derived(this.member === null || this.member.via === 'rotating' || this.confirmed);

	/** What is asked for, with the points brought within what is possible now. */
	readonly ask: Ask = $derived(this.#askWith(this.#fittingPoints));

	/** What the till knows, as the quote takes it; null until the shop is known. */
	readonly facts: Facts | null = $derived.by(() => {
		const shop = this.#shop;
		if (!shop) return null;
		const asked = setOf(this.rightIds);
		const held = idsOf(this.member?.rights);
		const wanted = idsOf(this.cards);
		return {
			programme: shop.programme,
			store: shop.store,
			products: this.#products,
			member: this.member?.fact ?? null,
			rights: this.#rights.filter(({ id }) => asked.has(id) || held.has(id)),
			giftCards: this.#giftCards.filter(({ id }) => wanted.has(id) || this.basket.sells(id)),
			cardRules: shop.cardRules
		};
	});

	/** What would happen and why; null until the shop is known. An empty basket has a quote too: it says what is missing. */
	readonly quote: Quote | null = $derived.by(() => {
		void this.#minute;
		return this.facts && quote(this.ask, this.facts, this.#clock());
	});

	/**
	 * What one tap would use: the rights that are possible, each tried together with those that are used already. One that
	 * does not go together with some of them is offered in their place. What gains most stands first.
	 */
	readonly offers: Offer[] = $derived.by(() => {
		const { quote: now, facts } = this;
		if (!now || !facts) return [];
		const { ask } = this;
		const clock = this.#clock();
		const offers = now.possible.flatMap((right): Offer[] => {
			if (now.applied.length === 0) return [{ right, cents: right.cents, insteadOf: [], gainCents: right.cents }];
			const rightIds = this.#inPlaceOfRivals(right.id);
			const then = quote({ ...ask, rightIds }, facts, clock);
			const added = then.applied.find(({ id }) => id === right.id);
			if (!added) return [];
			const insteadOf = now.applied.filter(({ id }) => !rightIds.includes(id)).map(({ title }) => title);
			return [{ right, cents: added.cents, insteadOf, gainCents: then.discountCents - now.discountCents }];
		});
		return offers.sort((a, b) => b.gainCents - a.gainCents);
	});

	/** Gift cards the sale knows of and does not charge yet: the member's. */
	readonly offeredCards: GiftCardFact[] = $derived.by(() => {
		const asked = idsOf(this.cards);
		return (this.member?.giftCards ?? []).filter(({ id }) => !asked.has(id));
	});

	/** Whether one tap may commit it. */
	readonly ready: boolean = $derived(
		!this.basket.isEmpty &&
			this.quote !== null &&
			this.quote.problems.length === 0 &&
			!this.quote.refused.some(({ asked }) => asked)
	);

	/** What changes hands: less what comes back in exchange; below zero it is handed to the customer. */
	readonly dueCents: Cents = $derived((this.quote?.toPayCents ?? 0) - (this.exchange?.given.refundCents ?? 0));

	/** What the server must be asked anew for: it changes with the member, the rights, the cards and the products. */
	readonly gatherKey: string = $derived(
		JSON.stringify([
			this.member?.fact.id ?? null,
			this.exchange?.request.key ?? null,
			this.rightIds,
			this.cards.map(({ id, proof }) => [id, proof]),
			this.basket.lines.flatMap(({ giftCard }) => (giftCard ? [[giftCard.deed, giftCard.id]] : [])),
			[...setOf(this.basket.lines.map(({ productId }) => productId))].sort()
		])
	);

	/** Puts a product in, as the catalogue or a scan gave it. */
	addProduct(product: Sellable & Partial<ProductFact>, quantity?: number): void {
		const fact: ProductFact = {
			id: product.id,
			name: product.name,
			categoryId: product.categoryId,
			unit: product.unit,
			priceCents: product.priceCents,
			// The till is not told what goods cost the shop; no price depends on it.
			costCents: product.costCents ?? null,
			taxId: product.taxId ?? null,
			archived: product.archived ?? false
		};
		this.#products = { ...this.#products, [fact.id]: fact };
		this.basket.addProduct(fact, quantity);
	}

	/** Puts the member in who showed their code. Rights and cards of the one before leave with them. */
	setMember(member: MemberCard): void {
		if (this.member && this.member.fact.id !== member.fact.id) this.removeMember();
		// Who showed their phone is not doubted because their number is typed as well.
		this.member = this.member?.via === 'rotating' ? { ...member, via: 'rotating' } : member;
		this.#knowRights(member.rights);
		this.#knowCards(member.giftCards);
	}

	removeMember(): void {
		const held = idsOf(this.member?.rights);
		const cards = idsOf(this.member?.giftCards);
		this.rightIds = this.rightIds.filter((id) => !held.has(id));
		this.cards = this.cards.filter(({ id }) => !cards.has(id));
		this.points = 0;
		this.confirmed = false;
		this.member = null;
	}

	/** Asks for a right: one that was scanned, or one of the member's. */
	addRight(right: Right): void {
		this.#knowRights([right]);
		this.askRight(right.id);
	}

	askRight(id: string): void {
		if (!this.rightIds.includes(id)) this.rightIds = [...this.rightIds, id];
	}

	/** Whether one tap may use a right: the member's own wait until they are known for sure. */
	mayUse(id: string): boolean {
		return this.trusted || !this.member?.rights.some((right) => right.id === id);
	}

	/** Uses a right and takes out those that do not go together with it. */
	useInstead(id: string): void {
		this.rightIds = this.#inPlaceOfRivals(id);
	}

	#inPlaceOfRivals(id: string): string[] {
		const right = this.#rights.find((one) => one.id === id);
		const rivals = idsOf(right ? this.#rights.filter((other) => other.id !== id && clashOf(right, other)) : []);
		return [...this.rightIds.filter((other) => other !== id && !rivals.has(other)), id];
	}

	removeRight(id: string): void {
		this.rightIds = this.rightIds.filter((other) => other !== id);
	}

	addCard(card: GiftCardFact): void {
		this.#knowCards([card]);
		if (!this.cards.some(({ id }) => id === card.id)) this.cards = [...this.cards, { id: card.id, cents: null }];
	}

	/** Puts money on a card: one from the rack, one to top up, or null for a new one. */
	sellCard(deed: CardDeed, card: GiftCardFact | null, cents: Cents): void {
		if (card) this.#knowCards([card]);
		this.basket.addCard({ deed, id: card?.id ?? null }, cents);
	}

	/** How much a card pays; null: as much as possible. */
	setCardCents(id: string, cents: Cents | null): void {
		this.cards = this.cards.map((card) => (card.id === id ? { ...card, cents } : card));
	}

	/** A card's PIN was entered: it may pay. */
	proveCard(id: string, proof: string): void {
		this.cards = this.cards.map((card) => (card.id === id ? { ...card, proof } : card));
		const fact = this.cardFact(id);
		if (fact) this.#knowCards([{ ...fact, pin: 'given' }]);
	}

	removeCard(id: string): void {
		this.cards = this.cards.filter((card) => card.id !== id);
	}

	/** A card the sale knows, whether it is charged or not. */
	cardFact(id: string): GiftCardFact | null {
		return this.#giftCards.find((card) => card.id === id) ?? null;
	}

	/** What comes back gives something else by now. */
	learnExchange(given: ReturnView): void {
		if (this.exchange) this.exchange = { ...this.exchange, given };
	}

	/** Time went on: a right may have begun or ended. */
	tick(): void {
		this.#minute += 1;
	}

	/** Takes over what the server knows. What it says about a member, a right or a card replaces what the till believed. */
	learn(facts: Facts): void {
		this.#shop = {
			programme: facts.programme,
			store: facts.store,
			// Told only where the basket sells one.
			cardRules: facts.cardRules ?? this.#shop?.cardRules
		};
		this.#products = { ...this.#products, ...facts.products };
		this.#knowRights(facts.rights);
		this.#knowCards(facts.giftCards);
		if (this.member && facts.member && facts.member.id === this.member.fact.id) {
			this.member = this.#refreshed(this.member, facts.member, facts);
		}
		this.basket.reprice(facts.products);
	}

	/**
	 * What is sent to be committed. Asked again while it is not known whether the last one arrived, it is the same
	 * attempt: same key, same input.
	 */
	startAttempt(): Attempt | null {
		if (this.attempt) return this.attempt;
		if (!this.ready || !this.quote) return null;
		this.attempt = {
			key: this.key,
			ask: this.ask,
			fingerprint: this.quote.fingerprint,
			...(this.exchange && {
				goods: { ...this.exchange.request, agreedCents: this.exchange.given.refundCents }
			})
		};
		return this.attempt;
	}

	/** The server refused: nothing happened, the sale may be changed and sent again under its key. */
	dropAttempt(): void {
		this.attempt = null;
	}

	/** Empties the till for the next sale, under a key of its own. */
	reset(): void {
		this.restore({
			version: 1,
			key: newId('request'),
			basket: { lines: [], next: 1 },
			member: null,
			rightIds: [],
			cards: [],
			points: 0,
			rights: [],
			giftCards: [],
			products: {},
			attempt: null
		});
	}

	get snapshot(): SaleSnapshot {
		return {
			version: 1,
			key: this.key,
			basket: this.basket.snapshot,
			member: this.member,
			rightIds: this.rightIds,
			cards: this.cards,
			points: this.points,
			confirmed: this.confirmed,
			rights: this.#rights,
			giftCards: this.#giftCards,
			products: this.#products,
			attempt: this.attempt,
			exchange: this.exchange
		};
	}

	restore(snapshot: SaleSnapshot): void {
		this.key = snapshot.key;
		this.basket.restore(snapshot.basket);
		this.member = snapshot.member;
		this.rightIds = snapshot.rightIds;
		this.cards = snapshot.cards;
		this.points = snapshot.points;
		this.confirmed = snapshot.confirmed ?? false;
		this.attempt = snapshot.attempt;
		this.exchange = snapshot.exchange ?? null;
		this.#rights = snapshot.rights;
		this.#giftCards = snapshot.giftCards;
		this.#products = snapshot.products;
	}

	#askWith(points: Points | 'most'): Ask {
		return {
			memberId: this.member?.fact.id ?? null,
			basket: { currency: this.#shop?.store.currency ?? '', lines: this.basket.asked },
			rightIds: this.rightIds,
			giftCards: this.cards,
			points
		};
	}

	/**
	 * The points wished for, or as many as fit: a line taken out must not leave the sale with more points than it costs.
	 * Below the programme's minimum none are spent.
	 */
	get #fittingPoints(): Points | 'most' {
		if (this.points === 'most' || this.points === 0 || !this.facts) return this.points;
		const { minimum, maximum } = quote(this.#askWith(0), this.facts, this.#clock()).pointsRange;
		const fitting = Math.min(this.points, maximum);
		return fitting < minimum ? 0 : fitting;
	}

	#knowRights(rights: Right[]): void {
		this.#rights = updated(this.#rights, rights);
	}

	#knowCards(cards: GiftCardFact[]): void {
		this.#giftCards = updated(this.#giftCards, cards);
	}

	#refreshed(member: MemberCard, fact: MemberFact, facts: Facts): MemberCard {
		const asked = setOf(this.rightIds);
		const held = idsOf(member.rights);
		return {
			...member,
			fact,
			// Those held then and those held now; what was only scanned is not the member's.
			rights: facts.rights.filter(
				({ id, onlyForMemberId }) => held.has(id) || onlyForMemberId === fact.id || !asked.has(id)
			),
			giftCards: member.giftCards.map((card) => facts.giftCards.find(({ id }) => id === card.id) ?? card)
		};
	}
}
