import { codeRefusals, isContact, type CodeKind, type Identified } from '#checkout';
import { readCode } from '#core/codes';
import type { RefusalData } from '#core/refusal';
import { pricingRefusals, type Ask, type Facts, type GiftCardFact, type ProductFact, type Quote } from '#pricing';
import type { ReceiptView } from '#purchases';
import type { CatalogueProduct } from '#stores';
import { CardSale, type NotSold } from './card-sale.svelte.ts';
import { TillCatalogue } from './catalogue.svelte.ts';
import { commit } from './commit.ts';
import { FactsFeed } from './feed.svelte.ts';
import type { Shelf } from './keep.ts';
import { GoodsBack } from './goods-back.svelte.ts';
import { OpenSale, type SaleSnapshot } from './sale.svelte.ts';
import type { Now, ShopFacts, Station, TillServer } from './server.ts';

export type Phase = 'starting' | 'unreached' | 'enrol' | 'pin' | 'sale' | 'receipt' | 'return';

/** Something that did not work; the screen puts it into words. */
export type Trouble =
	| { kind: 'refused'; refusal: RefusalData }
	| { kind: 'unreached' }
	| { kind: 'unexpected'; requestId: string | null }
	| { kind: 'card_empty'; lastSymbols: string }
	| NotSold;

/** Something the cashier should hear about. `quiet`: what was said before is over, by another try or another screen. */
export type Notice =
	| Trouble
	| { kind: 'quiet' }
	| { kind: 'member'; name: string | null }
	| { kind: 'added'; name: string }
	| { kind: 'voucher'; title: string }
	| { kind: 'card'; lastSymbols: string }
	| { kind: 'cleared'; undo: () => void };

export interface Shelves {
	/** the open sale, of this tab */
	sale: Shelf;
	/** of the tablet */
	catalogue: Shelf;
	shop: Shelf;
}

/** Refusals that mean: nobody is signed in here any more. The sale stays as it is. */
const needsPin = new Set(['access.pin_first', 'till.no_cashier']);
const needsEnrolment = new Set(['access.enrol_first']);

/** The till of one tablet: where it stands, who works at it, what it is doing. */
export class Till {
	#phase = $state<Phase>('starting');
	/** the tablet was one of the shop's tills until just now */
	disconnected = $state(false);
	station = $state.raw<Station>({ device: null, people: [], cashier: null });
	shop = $state.raw<ShopFacts | null>(null);
	/** whether the last call reached the server and the browser believes in a network */
	reached = $state(true);
	receipt = $state.raw<ReceiptView | null>(null);
	/** the receipt is looked at again: the sale beside it was done before */
	again = $state(false);
	/** the old quote and the new one, while the cashier looks at the difference */
	stale = $state.raw<{ before: Quote; now: Now } | null>(null);
	committing = $state(false);
	/** weighed goods wait for their weight */
	weighing = $state.raw<ProductFact | null>(null);
	goodsBack = $state.raw<GoodsBack | null>(null);
	/** scans and codes under way */
	identifying = $state(0);

	readonly sale: OpenSale;
	readonly cardSale: CardSale;
	readonly catalogue: TillCatalogue;
	readonly feed: FactsFeed;
	readonly server: TillServer;
	readonly #shelves: Shelves;
	readonly #tell: (notice: Notice) => void;
	#wasTill = false;
	/** the sale whose vouchers are held for this till */
	#holding: string | null = null;

	/** @param tell shows a notice */
	constructor(server: TillServer, shelves: Shelves, tell: (notice: Notice) => void, clock?: () => Date) {
		this.server = server;
		this.#shelves = shelves;
		this.#tell = tell;
		this.sale = new OpenSale(clock);
		this.cardSale = new CardSale(this.sale, () => this.shop, server);
		this.catalogue = new TillCatalogue(server, shelves.catalogue);
		this.feed = new FactsFeed(
			(ask) => this.#gatherFor(ask),
			(facts) => this.sale.learn(facts),
			(error) => this.#heed(error)
		);
	}

	get phase(): Phase {
		return this.#phase;
	}

	private set phase(phase: Phase) {
		if (phase === this.#phase) return;
		this.#phase = phase;
		this.#tell({ kind: 'quiet' });
	}

	get currency(): string {
		return this.shop?.store.currency ?? 'EUR';
	}

	get timeZone(): string {
		return this.shop?.store.timeZone ?? 'UTC';
	}

	get busy(): boolean {
		return this.committing || this.identifying > 0;
	}

	/** Finds out where this tablet stands and goes on where it was. */
	async start(): Promise<void> {
		const kept = this.#shelves.sale.read<SaleSnapshot>();
		if (kept?.version === 1) this.sale.restore(kept);
		const shop = this.#shelves.shop.read<ShopFacts>();
		if (shop) {
			this.#wasTill = true;
			this.#takeShop(shop);
		}
		await this.#settle();
		if (this.phase === 'sale' && this.sale.attempt) await this.commit();
	}

	/** Asks again who and where this is: after a start, an enrolment, a sign-in. */
	async #settle(): Promise<void> {
		try {
			this.station = await this.#reach(() => this.server.station());
			if (!this.station.device) {
				this.#strand();
				return;
			}
			this.disconnected = false;
			this.#wasTill = true;
			this.#takeShop(await this.#reach(() => this.server.shop()));
			this.#shelves.shop.write(this.shop);
			void this.catalogue.load();
			this.phase = this.station.cashier ? 'sale' : 'pin';
		} catch (error) {
			if (!this.#heed(error)) this.phase = 'unreached';
		}
	}

	/** The tablet is not, or no longer, one of the shop's tills. */
	#strand(): void {
		this.disconnected = this.#wasTill;
		this.#wasTill = false;
		this.station = { device: null, people: [], cashier: null };
		this.#shelves.shop.clear();
		this.phase = 'enrol';
	}

	/**
	 * Looks whether this tablet is still a till and its cashier still signed in: an idle screen must not go on showing what
	 * the console has ended. It does not count as work at the till, and a server that does not answer changes nothing.
	 */
	async watch(): Promise<void> {
		if (!this.station.device || this.busy || this.sale.frozen) return;
		const asked = this.station;
		try {
			const standing = await this.#reach(() => this.server.standing());
			if (this.station !== asked || this.busy) return;
			if (!standing) this.#strand();
			else if (asked.cashier && standing.cashierId !== asked.cashier.id) {
				this.station = { ...asked, cashier: null };
				this.phase = 'pin';
			}
		} catch {
			// told by the network's sign on the strip
		}
	}

	#takeShop(shop: ShopFacts): void {
		this.shop = shop;
		this.sale.shop = { programme: shop.programme, store: shop.store, cardRules: shop.cardRules };
	}

	/** @throws what the server refuses, for the form to show */
	async enrol(code: string): Promise<void> {
		await this.#reach(() => this.server.enrol(code));
		await this.#settle();
	}

	/** @throws what the server refuses, for the PIN pad to show */
	async signIn(staffId: string, pin: string, fresh?: string): Promise<void> {
		await this.#reach(() => this.server.signIn(staffId, pin, fresh));
		await this.#settle();
		// What was sent before somebody had to enter a PIN again is still on its way.
		if (this.sale.attempt) await this.commit();
	}

	/** Lets somebody else enter a PIN. The open sale stays where it is. */
	async signOut(): Promise<void> {
		try {
			await this.#reach(() => this.server.signOut());
			await this.#settle();
		} catch (error) {
			this.#report(error);
		}
	}

	/** Keeps the open sale over a reload; called whenever it changes. */
	keep(): void {
		if (this.sale.isEmpty && !this.sale.attempt) this.#shelves.sale.clear();
		else this.#shelves.sale.write(this.sale.snapshot);
	}

	/** The member, the rights, the cards or the products of the sale changed. */
	gather(): void {
		if (this.phase !== 'sale' || this.sale.frozen) return;
		if (this.sale.isEmpty) {
			this.feed.stop();
			this.#letGo();
		} else this.feed.want(() => this.sale.ask);
	}

	/** An open sale's vouchers are held for it; those it does not ask for any more are let go with the same question. */
	async #gatherFor(ask: Ask): Promise<Facts> {
		const { key } = this.sale;
		const wanted = ask.rightIds.length > 0;
		const basket = wanted || this.#holding === key ? key : null;
		const facts = await this.#reach(() => this.server.facts(ask, basket));
		if (basket) this.#holding = wanted ? key : null;
		return facts;
	}

	/** The sale was given up: its vouchers are free for other tills. Should that not arrive, they are so after a while. */
	#letGo(): void {
		const basket = this.#holding;
		if (!basket) return;
		this.#holding = null;
		const nothing = { currency: this.currency, lines: [] };
		this.server
			.facts({ memberId: null, basket: nothing, rightIds: [], giftCards: [], points: 0 }, basket)
			.catch(() => undefined);
	}

	/** Takes a voucher from another open basket, when its shopper stands here; only for whoever may act by hand. */
	async takeOver(rightId: string): Promise<void> {
		try {
			await this.#reach(() => this.server.letGo(rightId));
			this.gather();
		} catch (error) {
			this.#report(error);
		}
	}

	/** Puts a product in that was picked; weighed goods ask for their weight first. */
	pick(product: CatalogueProduct | ProductFact): void {
		if (this.#isFrozen()) return;
		const fact: ProductFact = { costCents: null, archived: false, ...product };
		if (fact.unit === 'kilogram') this.weighing = fact;
		else this.sale.addProduct(fact);
	}

	weigh(thousandths: number): void {
		if (this.weighing && thousandths > 0) this.sale.addProduct(this.weighing, thousandths);
		this.weighing = null;
	}

	/** Empties the basket; the notice takes it back. */
	clear(): void {
		if (this.sale.isEmpty || this.sale.frozen) return;
		const before = this.sale.snapshot;
		this.sale.reset();
		this.feed.stop();
		this.#letGo();
		this.#tell({ kind: 'cleared', undo: () => this.sale.isEmpty && this.sale.restore(before) });
	}

	/**
	 * Something was scanned or typed: by the wedge scanner wherever the focus is, by the camera, by hand.
	 * @param wanted the only kind that is of use here; null: whatever it is
	 * @param complain hears of trouble instead of everybody: the field it was typed into shows it
	 * @returns whether it was of use
	 */
	async scan(text: string, wanted: CodeKind | null = null, complain?: (trouble: Trouble) => void): Promise<boolean> {
		this.#tell({ kind: 'quiet' });
		const tell = complain ?? this.#tell;
		if (this.phase === 'receipt') this.nextSale();
		if ((this.phase !== 'sale' && this.phase !== 'return') || this.#isFrozen()) return false;
		const known = this.#knownHere(text, wanted);
		if (known) return known.kind === 'refused' ? this.#refuse(known.refusal, tell) : this.#use(known.found, tell);
		this.identifying += 1;
		try {
			return this.#use(await this.#reach(() => this.server.identify(text, wanted)), tell);
		} catch (error) {
			this.#report(error, tell);
			return false;
		} finally {
			this.identifying -= 1;
		}
	}

	/**
	 * What the tablet can say without the server: a product it has, a code that cannot be right. A payment card's number
	 * must not even leave the tablet.
	 */
	#knownHere(
		text: string,
		wanted: CodeKind | null
	): { kind: 'found'; found: Identified } | { kind: 'refused'; refusal: RefusalData } | null {
		if (isContact(text)) return null;
		const reading = readCode(text);
		if (reading.kind === 'paymentCard') return { kind: 'refused', refusal: codeRefusals.data('code.payment_card') };
		if (reading.kind === 'malformed') return { kind: 'refused', refusal: codeRefusals.data('code.malformed') };
		if (reading.kind !== 'other' || (wanted !== null && wanted !== 'product')) return null;
		const product = this.catalogue.byBarcode(reading.code);
		return (
			product && {
				kind: 'found',
				found: { kind: 'product', product }
			}
		);
	}

	#use(found: Identified, tell: (trouble: Trouble) => void): boolean {
		switch (found.kind) {
			case 'member':
				this.sale.setMember(found.member);
				this.#tell({ kind: 'member', name: found.member.name });
				return true;
			case 'voucher':
				this.sale.addRight(found.right);
				this.#tell({ kind: 'voucher', title: found.right.title });
				return true;
			case 'giftCard':
				return this.#useCard(found.card, tell);
			case 'product':
				this.pick(found.product);
				if (found.product.unit === 'piece') this.#tell({ kind: 'added', name: found.product.name });
				return true;
			case 'receipt':
				void this.openReturn(found.number);
				return true;
		}
	}

	/** A card that can pay something is charged; why another one cannot is said at once. */
	#useCard(card: GiftCardFact, tell: (trouble: Trouble) => void): boolean {
		if (this.cardSale.wants(card)) {
			const trouble = this.cardSale.take(card);
			if (trouble) tell(trouble);
			return !trouble;
		}
		if (card.state !== 'active')
			return this.#refuse(pricingRefusals.data(`gift_card.${card.state}`, { lastSymbols: card.lastSymbols }), tell);
		if (card.availableCents <= 0) {
			tell({ kind: 'card_empty', lastSymbols: card.lastSymbols });
			return false;
		}
		this.sale.addCard(card);
		this.#tell({ kind: 'card', lastSymbols: card.lastSymbols });
		return true;
	}

	/** Sends the sale; while it is not known whether the last try arrived, sends that one again. */
	async commit(): Promise<void> {
		if (this.committing) return;
		const before = this.sale.quote;
		const attempt = this.sale.startAttempt();
		if (!attempt) return;
		this.committing = true;
		this.#tell({ kind: 'quiet' });
		this.feed.stop();
		this.keep();
		const outcome = await commit(this.server, attempt);
		this.committing = false;
		this.reached = outcome.kind !== 'unsent';
		switch (outcome.kind) {
			case 'done':
				// The sale has used them.
				this.#holding = null;
				this.sale.reset();
				this.receipt = outcome.receipt;
				this.again = false;
				this.stale = null;
				this.phase = 'receipt';
				break;
			case 'stale':
				this.sale.dropAttempt();
				this.sale.learn(outcome.now.facts);
				if (before) this.stale = { before, now: outcome.now };
				break;
			case 'refused':
				this.sale.dropAttempt();
				this.gather();
				if (!this.#heedRefusal(outcome.refusal)) this.#refuse(outcome.refusal);
				break;
			case 'unsent':
				break;
		}
		this.keep();
	}

	/** The cashier looked at the new figures and agrees. */
	async agree(): Promise<void> {
		this.stale = null;
		await this.commit();
	}

	nextSale(): void {
		this.receipt = null;
		this.phase = 'sale';
	}

	/**
	 * Shows a receipt again, to print it or take goods back; the open sale waits.
	 * @throws what the server refuses, for the list to show
	 */
	async showReceipt(number: string): Promise<void> {
		this.receipt = await this.#reach(() => this.server.receipt(number));
		this.again = true;
		this.phase = 'receipt';
	}

	/** Opens a receipt to take goods back; the open sale waits. Without a number, the screen asks for it. */
	async openReturn(number: string | null = null): Promise<void> {
		this.goodsBack = new GoodsBack(this.server);
		this.phase = 'return';
		if (number === null) return;
		try {
			await this.#reach(() => (this.goodsBack as GoodsBack).open(number));
		} catch (error) {
			this.#report(error);
		}
	}

	closeReturn(): void {
		this.goodsBack = null;
		this.phase = 'sale';
	}

	/** Tells of an error; a lost sign-in or enrolment leads to its screen instead. */
	#report(error: unknown, tell: (trouble: Trouble) => void = this.#tell): void {
		if (this.#heed(error)) return;
		const trouble = this.server.troubleOf(error);
		if (trouble.kind === 'refused') tell({ kind: 'refused', refusal: trouble.refusal });
		else tell(trouble);
	}

	/** Whether an error meant that somebody has to sign in or the tablet to be enrolled, which is then on the screen. */
	#heed(error: unknown): boolean {
		const trouble = this.server.troubleOf(error);
		return trouble.kind === 'refused' && this.#heedRefusal(trouble.refusal);
	}

	#heedRefusal({ code }: RefusalData): boolean {
		if (needsEnrolment.has(code)) this.#strand();
		else if (needsPin.has(code)) {
			this.station = { ...this.station, cashier: null };
			this.phase = 'pin';
		} else return false;
		return true;
	}

	#refuse(refusal: RefusalData, tell: (trouble: Trouble) => void = this.#tell): false {
		tell({ kind: 'refused', refusal });
		return false;
	}

	#isFrozen(): boolean {
		return this.sale.frozen;
	}

	/** Makes a call and remembers whether the server could be reached. */
	async #reach<T>(call: () => Promise<T>): Promise<T> {
		try {
			const answer = await call();
			this.reached = true;
			return answer;
		} catch (error) {
			if (this.server.troubleOf(error).kind === 'unreached') this.reached = false;
			else this.reached = true;
			throw error;
		}
	}
}
