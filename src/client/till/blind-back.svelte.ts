import {
	checkoutRefusals,
	codeRefusals,
	type BlindLine,
	type BlindQuote,
	type Identified,
	type MemberCard
} from '#checkout';
import { newId } from '#core/ids';
import type { RefusalData } from '#core/refusal';
import type { GiftCardFact } from '#pricing';
import type { ReturnReason } from '#purchases';
import { OpenBasket, type Sellable } from './basket.svelte.ts';
import type { Paper } from './paper.ts';
import { wasJudged, type Approval, type BlindSlip, type ReturnRules, type TillServer, type Trouble } from './server.ts';

/** Milliseconds in which several changes become one question. */
const pause = 200;

/** Goods that come back without their receipt: what, why, and where their worth goes. The server alone says what that is. */
export class BlindBack {
	readonly basket = new OpenBasket();
	/** in whose wallet a new card lies; null: its code is printed on the slip */
	member = $state.raw<(Pick<MemberCard, 'name'> & { id: string }) | null>(null);
	/** a card that was scanned takes the money; null: a new one */
	card = $state.raw<Pick<GiftCardFact, 'id' | 'lastSymbols'> | null>(null);
	reasonKind = $state<ReturnReason | null>(null);
	/** in the cashier's words */
	reason = $state('');
	/** what the house allows, and who may allow it; null: not known (yet) */
	rules = $state.raw<ReturnRules | null>(null);
	/** what the goods are worth; null: not known, or nothing chosen */
	quote = $state.raw<BlindQuote | null>(null);
	/** why the worth is not known */
	trouble = $state.raw<Trouble | null>(null);
	asking = $state(false);
	given = $state.raw<BlindSlip | null>(null);
	busy = $state(false);
	/** sent, and not known whether it arrived: the choice is frozen until that is known */
	unsent = $state(false);

	readonly #server: TillServer;
	readonly #paper: Pick<Paper, 'keep'>;
	/** the idempotency key: made once per return, kept over retries */
	#key = newId('request');
	/** what was sent under the key, and may be sent again only as it was */
	#sent: Parameters<TillServer['takeBackWithoutReceipt']>[0] | null = null;
	#asked = 0;
	#timer: ReturnType<typeof setTimeout> | undefined;

	/** @param paper keeps over a reload which slip is on the screen */
	constructor(server: TillServer, paper: Pick<Paper, 'keep'>) {
		this.#server = server;
		this.#paper = paper;
	}

	get frozen(): boolean {
		return this.busy || this.unsent || this.given !== null;
	}

	get #lines(): BlindLine[] {
		return this.basket.lines.map(({ productId, quantity, unitCents }) => ({
			productId,
			quantity,
			unitCents: productId === null ? unitCents : null
		}));
	}

	/** Reads what the house allows. @throws what the server's call does */
	async learnRules(): Promise<void> {
		this.rules = await this.#server.returnRules();
	}

	add(product: Sellable, quantity?: number): void {
		if (!this.frozen) this.basket.addProduct(product, quantity);
	}

	/** Whose wallet, or which card, takes what the goods are worth. @returns why it cannot be, or null */
	takeFor(found: Extract<Identified, { kind: 'member' | 'giftCard' | 'voucher' }>): RefusalData | null {
		if (found.kind === 'voucher') return codeRefusals.data('code.is_voucher');
		if (found.kind === 'member') this.member = { id: found.member.fact.id, name: found.member.name };
		else if (found.card.state === 'active') this.card = found.card;
		else return checkoutRefusals.data('return.card_not_active', { lastSymbols: found.card.lastSymbols });
		return null;
	}

	/** What the goods are worth is asked anew; several changes that follow each other quickly are one question. */
	look(): void {
		if (this.frozen) return;
		const asked = ++this.#asked;
		clearTimeout(this.#timer);
		this.trouble = null;
		if (this.basket.isEmpty) {
			this.quote = null;
			this.asking = false;
			return;
		}
		this.asking = true;
		this.#timer = setTimeout(() => void this.#ask(asked), pause);
	}

	/** Asks now. */
	async #ask(asked: number): Promise<void> {
		try {
			const quote = await this.#server.quoteWithoutReceipt(this.#lines);
			if (asked === this.#asked) this.quote = quote;
		} catch (error) {
			if (asked !== this.#asked) return;
			this.quote = null;
			this.trouble = this.#server.troubleOf(error);
		} finally {
			if (asked === this.#asked) this.asking = false;
		}
	}

	/**
	 * Takes the goods back.
	 * @param approval somebody else's PIN, where the cashier may not do it alone
	 * @throws what the server refuses; then nothing happened and the choice may be changed
	 */
	async take(approval: Approval | null): Promise<void> {
		const { quote, reasonKind } = this;
		if (this.busy || !quote || !reasonKind) return;
		this.busy = true;
		const wish = this.#sent ?? {
			key: this.#key,
			lines: this.#lines,
			memberId: this.member?.id ?? null,
			toCardId: this.card?.id ?? null,
			reasonKind,
			reason: this.reason.trim() || null,
			agreedCents: quote.totalCents,
			approval: null
		};
		this.#sent = wish;
		try {
			this.given = await this.#server.takeBackWithoutReceipt({ ...wish, approval });
			const { number, card, code } = this.given;
			this.#paper.keep({ kind: 'slip', number, keys: [this.#key] }, card && code ? [{ cardId: card.id, code }] : []);
			this.unsent = false;
		} catch (error) {
			const trouble = this.#server.troubleOf(error);
			this.unsent = trouble.kind !== 'refused' || (this.unsent && !wasJudged(trouble.refusal));
			if (!this.unsent) this.#sent = null;
			throw error;
		} finally {
			this.busy = false;
		}
	}
}
