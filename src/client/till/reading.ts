import type { CodeKind, Identified } from '#checkout';
import { newId } from '#core/ids';
import type { GiftCardFact } from '#pricing';
import type { CatalogueProduct } from '#stores';
import type { BlindBack } from './blind-back.svelte.ts';
import { cannotPay, type CardSale } from './card-sale.svelte.ts';
import type { TillCatalogue } from './catalogue.svelte.ts';
import type { Joining } from './joining.svelte.ts';
import type { Notice, Trouble } from './notice.ts';
import { readHere } from './read-here.ts';
import type { OpenSale } from './sale.svelte.ts';
import type { TillServer } from './server.ts';

/** The till as its reading needs it: what it is doing, and where things go. */
interface Desk {
	readonly phase: string;
	readonly codes: readonly unknown[];
	readonly locked: boolean;
	readonly blindBack: BlindBack | null;
	readonly sale: OpenSale;
	readonly cardSale: CardSale;
	readonly joining: Joining;
	readonly catalogue: TillCatalogue;
	readonly server: TillServer;
	linking: boolean;
	adding: boolean;
	identifying: number;
	pick(product: CatalogueProduct): void;
	openReturn(number: string): Promise<void>;
	nextSale(): void;
	gather(): void;
}

interface Ways {
	tell: (notice: Notice) => void;
	/** puts an error into words, or shows the screen that it leads to */
	report: (error: unknown, tell: (trouble: Trouble) => void) => void;
	/** makes a call and remembers whether the server could be reached */
	reach: <T>(call: () => Promise<T>) => Promise<T>;
}

type Complain = (trouble: Trouble) => void;

/** What is scanned or typed at a till, put where it belongs. */
export class Reading {
	readonly #desk: Desk;
	readonly #ways: Ways;
	/** a receipt that was sent and not answered: the same again is the same */
	#unsent: { key: string; memberId: string; number: string } | null = null;

	constructor(desk: Desk, ways: Ways) {
		this.#desk = desk;
		this.#ways = ways;
	}

	/**
	 * Something was scanned or typed: by the wedge scanner wherever the focus is, by the camera, by hand.
	 * @param wanted the only kind that is of use here; null: whatever it is
	 * @param complain hears of trouble instead of everybody: the field it was typed into shows it
	 * @returns whether it was of use
	 */
	async scan(text: string, wanted: CodeKind | null, complain?: Complain): Promise<boolean> {
		const desk = this.#desk;
		const { tell, report, reach } = this.#ways;
		tell({ kind: 'quiet' });
		const say = complain ?? tell;
		if (desk.joining.wantsCard) {
			desk.joining.card = text;
			return true;
		}
		if (desk.linking) return this.#link(text, say);
		if (desk.adding) return this.#add(text, say);
		// A code that is on no paper yet is not scanned away.
		if (desk.codes.length > 0) return false;
		if (desk.phase === 'receipt' || desk.phase === 'slip') desk.nextSale();
		if (!['sale', 'return', 'blind'].includes(desk.phase) || desk.locked) return false;
		const known = readHere(text, wanted, desk.catalogue);
		if (known?.kind === 'refused') {
			say(known);
			return false;
		}
		if (known) return this.#use(known.found, say);
		desk.identifying += 1;
		try {
			return this.#use(await reach(() => desk.server.identify(text, wanted)), say);
		} catch (error) {
			report(error, say);
			return false;
		} finally {
			desk.identifying -= 1;
		}
	}

	/** Links a card to the member of the sale. */
	async #link(code: string, say: Complain): Promise<boolean> {
		const desk = this.#desk;
		const { tell, report, reach } = this.#ways;
		const { member } = desk.sale;
		if (!member) return false;
		try {
			await reach(() => desk.server.linkCard(member.fact.id, code));
			desk.linking = false;
			tell({ kind: 'linked' });
			return true;
		} catch (error) {
			report(error, say);
			return false;
		}
	}

	/** Adds a purchase without their code to the member's. */
	async #add(number: string, say: Complain): Promise<boolean> {
		const desk = this.#desk;
		const { tell, report, reach } = this.#ways;
		const { member } = desk.sale;
		if (!member) return false;
		const memberId = member.fact.id;
		const again = this.#unsent?.memberId === memberId && this.#unsent.number === number;
		const wish = again && this.#unsent ? this.#unsent : { key: newId('request'), memberId, number };
		this.#unsent = wish;
		desk.identifying += 1;
		try {
			const { points } = await reach(() => desk.server.addReceipt(wish));
			this.#unsent = null;
			desk.adding = false;
			tell({ kind: 'receipt_added', points });
			// What they can spend now may pay for what lies in the basket.
			desk.gather();
			return true;
		} catch (error) {
			if (desk.server.troubleOf(error).kind === 'refused') this.#unsent = null;
			report(error, say);
			return false;
		} finally {
			desk.identifying -= 1;
		}
	}

	#use(found: Identified, say: Complain): boolean {
		const desk = this.#desk;
		const { tell } = this.#ways;
		if (desk.phase === 'blind') return this.#useBlind(found, say);
		switch (found.kind) {
			case 'member':
				desk.sale.setMember(found.member);
				tell({ kind: 'member', name: found.member.name });
				return true;
			case 'voucher':
				desk.sale.addRight(found.right);
				tell({ kind: 'voucher', title: found.right.title });
				return true;
			case 'giftCard':
				return this.#useCard(found.card, say);
			case 'product':
				desk.pick(found.product);
				if (found.product.unit === 'piece') tell({ kind: 'added', name: found.product.name });
				return true;
			case 'receipt':
				void desk.openReturn(found.number);
				return true;
		}
	}

	/** Without a receipt: goods, whose wallet and which card takes their worth; a receipt that turns up leads to its return. */
	#useBlind(found: Identified, say: Complain): boolean {
		const desk = this.#desk;
		if (found.kind === 'product') desk.pick(found.product);
		else if (found.kind === 'receipt') void desk.openReturn(found.number);
		else {
			const refusal = desk.blindBack?.takeFor(found);
			if (refusal) say({ kind: 'refused', refusal });
			return !refusal;
		}
		return true;
	}

	/** A card that can pay something is charged; why another one cannot is said at once. */
	#useCard(card: GiftCardFact, say: Complain): boolean {
		const { cardSale, sale } = this.#desk;
		const selling = cardSale.wants(card);
		const trouble = selling ? cardSale.take(card) : cannotPay(card);
		if (trouble) say(trouble);
		else if (!selling) {
			sale.addCard(card);
			this.#ways.tell({ kind: 'card', lastSymbols: card.lastSymbols });
		}
		return !trouble;
	}
}
