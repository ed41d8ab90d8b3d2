import type { Cents } from '#core/amounts';
import type { RefusalData, RefusalDetails } from '#core/refusal';
import type { BasketLine, CardEntry, Facts, GiftCardFact, SoldCard } from './contract.ts';
import { pricingRefusals } from './refusals.ts';
import type { CardTerms } from './rules.ts';

/** Money that a line puts on a gift card. */
export interface CardSale {
	giftCard: SoldCard;
	cents: Cents;
}

const stateFaults = {
	inactive: 'gift_card.inactive',
	active: 'gift_card.already_active',
	replaced: 'gift_card.replaced',
	blocked: 'gift_card.blocked',
	expired: 'gift_card.expired'
} as const;

/**
 * What a line that sells a gift card costs, or why it is not sold so. A card of a fixed value costs that, whatever the
 * till says; any other amount lies within what the house allows.
 */
export function cardSaleOf(
	{ key: lineKey, unitCents }: BasketLine,
	entry: CardEntry,
	facts: Facts,
	memberId: string | null
): CardSale | RefusalData {
	const data = pricingRefusals.data;
	const { currency } = facts.store;
	const terms = facts.cardRules?.terms.find((one) => one.currency === currency);
	if (!terms) return data('gift_card.not_sold_here', { lineKey, currency });
	if (entry.deed === 'issued') {
		if (entry.id !== null) return data('gift_card.unknown', { lineKey, giftCardId: entry.id });
		const giftCard = { deed: entry.deed, id: null, lastSymbols: '' };
		const fault =
			amountFault(unitCents, terms, { lineKey }) ??
			(memberId === null ? paperFault(unitCents, terms, { lineKey }) : null);
		return fault ?? { giftCard, cents: unitCents };
	}
	const card = facts.giftCards.find(({ id }) => id === entry.id);
	if (!card) return data('gift_card.unknown', { lineKey, giftCardId: entry.id });
	const { id, lastSymbols } = card;
	const giftCard = { deed: entry.deed, id, lastSymbols };
	const said = { lineKey, giftCardId: id, lastSymbols };
	if (card.state !== (entry.deed === 'activated' ? 'inactive' : 'active')) return data(stateFaults[card.state], said);
	if (card.currency !== currency)
		return data('gift_card.currency_other', { ...said, currency: card.currency, givenCurrency: currency });
	const fixed = entry.deed === 'activated' ? card.valueCents : null;
	const cents = fixed ?? unitCents;
	const fault =
		(fixed === null ? amountFault(cents, terms, said) : null) ??
		(entry.deed === 'topped_up' ? balanceFault(cents, card, terms, said) : pinFault(cents, card, terms, said));
	return fault ?? { giftCard, cents };
}

function amountFault(cents: Cents, { leastCents, mostCents, currency }: CardTerms, said: RefusalDetails) {
	if (Number.isSafeInteger(cents) && cents >= leastCents && cents <= mostCents) return null;
	return pricingRefusals.data('gift_card.amount_outside', { ...said, leastCents, mostCents, currency });
}

function balanceFault(
	cents: Cents,
	{ availableCents }: GiftCardFact,
	{ highestCents, currency }: CardTerms,
	said: RefusalDetails
) {
	if (highestCents === null || availableCents + cents <= highestCents) return null;
	return pricingRefusals.data('gift_card.over_highest', { ...said, highestCents, availableCents, currency });
}

/** A new card of nobody's is a code on paper: nothing keeps it from whoever finds it, as a wallet or a PIN would. */
function paperFault(cents: Cents, { pinFromCents, currency }: CardTerms, said: RefusalDetails) {
	if (pinFromCents === null || cents < pinFromCents) return null;
	return pricingRefusals.data('gift_card.needs_member', { ...said, pinFromCents, currency });
}

function pinFault(cents: Cents, { pin }: GiftCardFact, { pinFromCents, currency }: CardTerms, said: RefusalDetails) {
	if (pinFromCents === null || cents < pinFromCents || pin !== 'none') return null;
	return pricingRefusals.data('gift_card.pin_missing', { ...said, pinFromCents, currency });
}
