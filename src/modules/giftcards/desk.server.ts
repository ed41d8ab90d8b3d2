import type { Cents } from '#core/amounts';
import { newId } from '#core/ids';
import { must, present } from '#core/must';
import { endAfterMonths } from '#core/time';
import { accountNames } from '#ledger';
import type { Book } from '#ledger/server';
import { listsOf, type Writes } from '#platform/bulk';
import type { CardRules, GiftCardFact, SoldCard } from '#pricing';
import { counterNames } from './cards.server.ts';
import { codeFor } from './codes.server.ts';
import type { LoadedCard } from './facts.server.ts';
import { proves } from './pins.server.ts';
import { lifeIn } from './rules.ts';
import { giftCards } from './tables.server.ts';

/** Where and to whom a sale puts money on a card. */
interface Sale {
	currency: string;
	storeId: string;
	timeZone: string;
	/** in whose wallet a new card lies; null: with whoever holds the receipt that has its code */
	memberId: string | null;
	receiptId: string;
}

interface Change {
	id: string;
	activatedAt: Date | null;
	initialCents: Cents;
	expiresAt: Date | null;
	livesMonths: number | null;
}

/**
 * The gift cards of a batch of sales: what they are, what the batch has done to them so far, and what is to be written. A
 * card that one sale activates is active for the next.
 */
export class CardDesk {
	readonly rules: CardRules | null;
	readonly #now: Date;
	readonly #cards: Map<string, LoadedCard>;
	readonly #changes = new Map<string, Change>();
	readonly #issued: (typeof giftCards.$inferInsert)[] = [];

	/** @param rules null where the batch sells none */
	constructor(cards: Map<string, LoadedCard>, rules: CardRules | null, now: Date) {
		this.#cards = cards;
		this.rules = rules;
		this.#now = now;
	}

	/**
	 * A card as a quote may know it; null for an unknown one.
	 * @param proof that its PIN was entered
	 */
	fact(id: string, availableCents: Cents, proof: string | null | undefined): GiftCardFact | null {
		const card = this.#cards.get(id);
		if (!card) return null;
		const { lastSymbols, currency, state, initialCents, pinHash } = card;
		return {
			id,
			lastSymbols,
			currency,
			state,
			availableCents,
			valueCents: state === 'inactive' && initialCents > 0 ? initialCents : null,
			pin: pinHash === null ? 'none' : proves(proof, { id, pinHash }, this.#now) ? 'given' : 'needed'
		};
	}

	/**
	 * Puts what a quoted line sells on its card: activates, issues or tops it up.
	 * @returns the card as it is now: what it pays, and until when
	 */
	sell(
		book: Book,
		{ deed, id }: SoldCard,
		cents: Cents,
		sale: Sale
	): { id: string; lastSymbols: string; worthCents: Cents; endsAt: string | null } {
		const card = deed === 'issued' ? this.#issue(cents, sale) : this.#change(present(id, 'a card is named'));
		if (deed === 'activated') this.#activate(card, cents, sale);
		else if (deed === 'topped_up') this.#used(card, sale.timeZone);
		const account = { ownerId: card.id, name: accountNames.money, unit: sale.currency };
		must(book.openAccount(account).ok, 'a card has one account, in its currency');
		const posted = book.credit({
			...account,
			amount: cents,
			reason: deed,
			ref: sale.receiptId,
			counterName: counterNames.sold
		});
		must(posted.ok, 'a card is credited with a valid amount');
		return {
			id: card.id,
			lastSymbols: card.lastSymbols,
			worthCents: book.available(card.id, accountNames.money),
			endsAt: card.expiresAt?.toISOString() ?? null
		};
	}

	/** A card paid: one that lives on with each use does. */
	charged(id: string, timeZone: string): void {
		const card = this.#cards.get(id);
		if (card?.livesMonths != null) this.#used(this.#change(id), timeZone);
	}

	write(writes: Writes): void {
		if (this.#issued.length > 0) writes.insert(giftCards, this.#issued);
		if (this.#changes.size === 0) return;
		const rows = [...this.#changes.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
		writes.add(
			`update gift_cards g set activated_at = coalesce(g.activated_at, x.activated_at), initial_cents = x.initial_cents,
				expires_at = x.expires_at, lives_months = x.lives_months
			from unnest($1::text[], $2::timestamptz[], $3::bigint[], $4::timestamptz[], $5::int[])
				as x(id, activated_at, initial_cents, expires_at, lives_months)
			where g.id = x.id collate "C"`,
			listsOf(rows, ['id', 'activatedAt', 'initialCents', 'expiresAt', 'livesMonths'])
		);
	}

	/** A card that will be written. */
	#change(id: string): LoadedCard {
		const card = present(this.#cards.get(id), 'a quoted card was loaded');
		if (!this.#changes.has(id)) {
			const { initialCents, expiresAt, livesMonths } = card;
			this.#changes.set(id, { id, activatedAt: null, initialCents, expiresAt, livesMonths });
		}
		return card;
	}

	#issue(cents: Cents, { currency, storeId, timeZone, memberId }: Sale): LoadedCard {
		const id = newId('giftCard', this.#now);
		const { codeHash, codeCipher, lastSymbols } = codeFor(id);
		const life = this.#life(storeId, timeZone);
		this.#issued.push({
			id,
			codeHash,
			codeCipher,
			lastSymbols,
			currency,
			initialCents: cents,
			memberId,
			issuedAt: this.#now,
			activatedAt: this.#now,
			...life
		});
		return { id, lastSymbols, currency, initialCents: cents, state: 'active', pinHash: null, ...life };
	}

	#activate(card: LoadedCard, cents: Cents, { storeId, timeZone }: Sale): void {
		must(card.state === 'inactive', 'a quoted card on the rack has not been sold');
		const change = present(this.#changes.get(card.id), 'the card will be written');
		// What the house said when the cards were made comes before its rule.
		const life =
			card.expiresAt === null ? this.#life(storeId, timeZone) : { expiresAt: card.expiresAt, livesMonths: null };
		Object.assign(change, { activatedAt: this.#now, initialCents: cents, ...life });
		Object.assign(card, { state: 'active', initialCents: cents, ...life });
	}

	#life(storeId: string, timeZone: string) {
		return lifeIn(present(this.rules, 'cards are sold by rules'), storeId, timeZone, this.#now);
	}

	/** Its end moves on, never back. */
	#used(card: LoadedCard, timeZone: string): void {
		if (card.livesMonths === null || card.expiresAt === null) return;
		const end = endAfterMonths(this.#now, card.livesMonths, timeZone);
		if (end <= card.expiresAt) return;
		card.expiresAt = end;
		const change = this.#changes.get(card.id);
		if (change) change.expiresAt = end;
	}
}
