import type { CodeKind, ReturnSlip } from '#checkout';
import type { RefusalData } from '#core/refusal';
import type { ProductFact, Quote } from '#pricing';
import type { ReceiptView } from '#purchases';
import type { CatalogueProduct } from '#stores';
import { BlindBack } from './blind-back.svelte.ts';
import { CardSale } from './card-sale.svelte.ts';
import { TillCatalogue } from './catalogue.svelte.ts';
import { commit } from './commit.ts';
import { FactsFeed } from './feed.svelte.ts';
import type { Shelf } from './keep.ts';
import { Gathering } from './gathering.ts';
import { GoodsBack } from './goods-back.svelte.ts';
import { OpenSale, type Exchanging, type SaleSnapshot } from './sale.svelte.ts';
import type { Notice, Trouble } from './notice.ts';
import { Joining } from './joining.svelte.ts';
import { Paper } from './paper.ts';
import { Reading } from './reading.ts';
import {
	wasJudged,
	type Approval,
	type CardLetter,
	type Exchanged,
	type Now,
	type ShopFacts,
	type SlipCode,
	type Station,
	type TillServer
} from './server.ts';

export type Phase = 'starting' | 'unreached' | 'enrol' | 'pin' | 'sale' | 'receipt' | 'slip' | 'return' | 'blind';

export interface Shelves {
	/** the open sale, of this tab */
	sale: Shelf;
	/** what is on the screen and on no paper, of this tab */
	paper: Shelf;
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
	/** of new cards on the receipt that lie in nobody's wallet: known while it is on the screen, and never again */
	codes = $state.raw<SlipCode[]>([]);
	/** who sold what the receipt says */
	cashierName = $state<string | null>(null);
	/** of a return that is looked at again */
	slip = $state.raw<ReturnSlip | null>(null);
	/** the receipt is looked at again: the sale beside it was done before */
	again = $state(false);
	/** what came back for the receipt, in an exchange */
	exchanged = $state.raw<(Exchanged & Pick<Exchanging, 'lines'>) | null>(null);
	/** the old quote and the new one, while the cashier looks at the difference */
	stale = $state.raw<{ before: Quote; now: Now } | null>(null);
	committing = $state(false);
	/** weighed goods wait for their weight */
	weighing = $state.raw<ProductFact | null>(null);
	goodsBack = $state.raw<GoodsBack | null>(null);
	/** goods that come back without their receipt */
	blindBack = $state.raw<BlindBack | null>(null);
	/** the next card that is scanned is linked to the member */
	linking = $state(false);
	/** the next receipt that is scanned becomes the member's */
	adding = $state(false);
	/** scans and codes under way */
	identifying = $state(0);

	readonly sale: OpenSale;
	readonly cardSale: CardSale;
	readonly joining: Joining;
	readonly catalogue: TillCatalogue;
	readonly feed: FactsFeed;
	readonly server: TillServer;
	readonly #shelves: Shelves;
	readonly #tell: (notice: Notice) => void;
	#wasTill = false;
	readonly #gathering: Gathering;
	readonly #reading: Reading;
	readonly #paper: Paper;

	/** @param tell shows a notice */
	constructor(server: TillServer, shelves: Shelves, tell: (notice: Notice) => void, clock?: () => Date) {
		this.server = server;
		this.#shelves = shelves;
		this.#tell = tell;
		this.sale = new OpenSale(clock);
		this.joining = new Joining(server);
		this.#paper = new Paper(shelves.paper, server);
		this.#reading = new Reading(this, {
			tell,
			report: (error, complain) => this.#report(error, complain),
			reach: (call) => this.#reach(call)
		});
		this.cardSale = new CardSale(this.sale, () => this.shop, server);
		this.catalogue = new TillCatalogue(server, shelves.catalogue);
		this.#gathering = new Gathering(server, this.sale, () => this.currency);
		this.feed = new FactsFeed(
			(ask) => this.#reach(() => this.#gathering.facts(ask)),
			(facts) => this.sale.learn(facts),
			(error) => this.#behind(error)
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

	/** Whether nothing may be put in now: what was sent and not answered stays as it was sent. */
	get locked(): boolean {
		return this.sale.frozen || this.committing || (this.phase === 'blind' && (this.blindBack?.frozen ?? false));
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
		if (this.phase === 'sale') await this.#resume();
	}

	/** What was sent and not answered is sent again; what showed a code that is nowhere else is shown again. */
	async #resume(): Promise<void> {
		if (this.sale.attempt) return this.commit();
		try {
			const kept = await this.#reach(() => this.#paper.again());
			if (!kept) return;
			await (kept.kind === 'slip' ? this.showSlip(kept.number) : this.showReceipt(kept.number));
			this.codes = kept.codes;
			this.again = false;
		} catch (error) {
			this.#report(error);
		}
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
		await this.#resume();
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
			this.#gathering.letGo();
		} else this.feed.want(() => this.sale.ask);
	}

	/** The till's facts are older than the sale. That goods cannot come back any more must be heard of. */
	#behind(error: unknown): void {
		const refused = this.server.troubleOf(error).kind === 'refused';
		if (refused && this.sale.exchange) this.#report(error);
		else this.#heed(error);
	}

	/** The chosen goods come back for others: those of the open sale, which goes on. */
	async beginExchange(): Promise<void> {
		const { goodsBack } = this;
		if (!goodsBack) return;
		if (goodsBack.refundTo === 'card') {
			// Money that goes on a card pays nothing here.
			goodsBack.refundTo = 'hand';
			await goodsBack.look();
		}
		this.sale.exchange = goodsBack.exchanging;
		if (this.sale.exchange) this.closeReturn();
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
		if (this.locked) return;
		const fact: ProductFact = { costCents: null, archived: false, ...product };
		if (fact.unit === 'kilogram') this.weighing = fact;
		else this.#put(fact);
	}

	weigh(thousandths: number): void {
		if (this.weighing && thousandths > 0) this.#put(this.weighing, thousandths);
		this.weighing = null;
	}

	/** Puts an amount in that somebody typed: something without a barcode. */
	addAmount(cents: number): void {
		if (this.locked) return;
		if (this.phase === 'blind') this.blindBack?.basket.addAmount(cents);
		else this.sale.basket.addAmount(cents);
	}

	/** Into the basket that goes out, or the one that comes back. */
	#put(product: ProductFact, quantity?: number): void {
		if (this.phase === 'blind') this.blindBack?.add(product, quantity);
		else this.sale.addProduct(product, quantity);
	}

	/** Empties the basket; the notice takes it back. */
	clear(): void {
		if (this.sale.isEmpty || this.sale.frozen) return;
		const before = this.sale.snapshot;
		this.sale.reset();
		this.feed.stop();
		this.#gathering.letGo();
		this.#tell({ kind: 'cleared', undo: () => this.sale.isEmpty && this.sale.restore(before) });
	}

	/** @see Reading.scan */
	scan(text: string, wanted: CodeKind | null = null, complain?: (trouble: Trouble) => void): Promise<boolean> {
		return this.#reading.scan(text, wanted, complain);
	}

	/**
	 * Somebody joins, and the sale is theirs: they stand at the counter.
	 * @throws what the server refuses, for the sheet to show
	 */
	async join(): Promise<void> {
		const code = await this.#reach(() => this.joining.join());
		const found = await this.#reach(() => this.server.identify(code, 'member')).catch(() => null);
		if (found?.kind !== 'member' || this.sale.frozen) return;
		this.sale.setMember(found.member);
		this.sale.confirmed = true;
	}

	/** Sends the sale; while it is not known whether the last try arrived, sends that one again. */
	async commit(approval: Approval | null = null): Promise<void> {
		if (this.committing) return;
		const before = this.sale.quote;
		const again = this.sale.frozen;
		const attempt = this.sale.startAttempt();
		if (!attempt) return;
		this.committing = true;
		this.#tell({ kind: 'quiet' });
		this.feed.stop();
		this.keep();
		const outcome = await commit(this.server, attempt, approval);
		this.committing = false;
		this.reached = outcome.kind !== 'unsent';
		switch (outcome.kind) {
			case 'done':
				this.#gathering.used();
				this.exchanged = outcome.exchanged ? { ...outcome.exchanged, lines: this.sale.exchange?.lines ?? [] } : null;
				this.sale.reset();
				this.receipt = outcome.receipt;
				this.codes = outcome.codes;
				this.#paper.sold(attempt, outcome);
				this.cashierName = this.station.cashier?.name ?? null;
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
				// A wrong PIN says nothing of a try that may have arrived before.
				if (!again || !attempt.goods || wasJudged(outcome.refusal)) this.sale.dropAttempt();
				this.gather();
				if (!this.#heedRefusal(outcome.refusal)) this.#tell(outcome);
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

	/**
	 * Sends a card that was just sold to whom it is meant for. Its code on this screen is none any more.
	 * @throws what the server refuses, for the sheet to show
	 */
	async mailCard(letter: CardLetter): Promise<void> {
		await this.#reach(() => this.server.mailCard(letter));
		this.codes = this.codes.filter(({ cardId }) => cardId !== letter.cardId);
	}

	nextSale(): void {
		this.#paper.done();
		this.receipt = null;
		this.slip = null;
		this.codes = [];
		this.exchanged = null;
		this.phase = 'sale';
	}

	/**
	 * Shows a receipt again, to print it or take goods back; the open sale waits.
	 * @throws what the server refuses, for the list to show
	 */
	async showReceipt(number: string): Promise<void> {
		const receipt = await this.#reach(() => this.server.receipt(number));
		this.receipt = receipt;
		this.cashierName = receipt.cashierName;
		this.codes = [];
		this.exchanged = null;
		this.again = true;
		this.phase = 'receipt';
	}

	/**
	 * Shows a return again, to print its slip; the open sale waits.
	 * @throws what the server refuses, for the list to show
	 */
	async showSlip(number: string): Promise<void> {
		this.slip = await this.#reach(() => this.server.slip(number));
		this.phase = 'slip';
	}

	/** Opens a receipt to take goods back; the open sale waits. Without a number, the screen asks for it. */
	async openReturn(number: string | null = null): Promise<void> {
		this.blindBack = null;
		this.goodsBack = new GoodsBack(this.server, this.#paper);
		this.phase = 'return';
		if (number === null) return;
		try {
			await this.#reach(() => (this.goodsBack as GoodsBack).open(number));
		} catch (error) {
			this.#report(error);
		}
	}

	/** Goods come back without their receipt; the open sale waits. */
	openBlind(): void {
		this.goodsBack = null;
		this.blindBack = new BlindBack(this.server, this.#paper);
		this.phase = 'blind';
	}

	closeReturn(): void {
		this.#paper.done();
		this.goodsBack = null;
		this.blindBack = null;
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
