import type { Cents } from '#core/amounts';
import { codeForms } from '#core/codes';
import type { RefusalData } from '#core/refusal';
import { day, endAfterMonths } from '#core/time';
import type { CardExpiry, CardRules } from '#pricing';
import { giftCardRefusals } from './refusals.ts';

/** One card to issue. An active one can pay at once; an inactive one (plastic on the rack) is credited when activated. */
export interface IssueCommand {
	/** 0 only of an inactive card: what it is sold for is said at the till */
	cents: Cents;
	/** ISO 4217 */
	currency: string;
	/** in whose wallet it lies; null: with whoever holds it */
	memberId: string | null;
	active: boolean;
	/** first instant at which it no longer pays; null: never expires */
	expiresAt: Date | null;
	/** the batch of plastic that it comes with */
	batchId?: string;
}

export const limits = {
	/** 1,000,000.00 in a currency with cents; more on one card is a slip of the finger */
	cents: 100_000_000,
	/** cards issued by one command */
	atOnce: 10_000,
	/** cards of one batch */
	batch: 50_000,
	years: 50,
	months: 600
} as const;

/** What a house begins with: any amount that a person gives, no end, no points. */
export const defaultRules = (currency: string): CardRules => ({
	terms: [
		{
			currency,
			leastCents: 500,
			mostCents: 50_000,
			amounts: [2500, 5000, 10_000],
			highestCents: 100_000,
			pinFromCents: null
		}
	],
	earnsPoints: false,
	expiry: { kind: 'never' },
	expiryByStore: {}
});

/** The expiry of cards that a store sells. */
export const expiryIn = (rules: CardRules, storeId: string): CardExpiry =>
	(Object.hasOwn(rules.expiryByStore, storeId) ? rules.expiryByStore[storeId] : undefined) ?? rules.expiry;

/** When a card ends, and how many months each use gives it again; null: never, none. */
export interface CardLife {
	expiresAt: Date | null;
	livesMonths: number | null;
}

/** The life of a card that a store sells at an instant. */
export function lifeIn(rules: CardRules, storeId: string, timeZone: string, now: Date): CardLife {
	const expiry = expiryIn(rules, storeId);
	if (expiry.kind === 'never') return { expiresAt: null, livesMonths: null };
	const livesMonths = expiry.kind === 'after_use' ? expiry.months : null;
	return { expiresAt: endAfterMonths(now, expiry.months, timeZone), livesMonths };
}

/** The life of a card that a store makes for a refund: without an end, unless the house says that it ends like sold ones. */
export const refundLifeIn = (rules: CardRules, storeId: string, timeZone: string, now: Date): CardLife =>
	rules.refundsEnd ? lifeIn(rules, storeId, timeZone, now) : { expiresAt: null, livesMonths: null };

/** What is wrong with a card to issue, or null. */
export function issueProblem(command: IssueCommand, now: Date): RefusalData | null {
	const { cents, currency, expiresAt } = command;
	if (!Number.isSafeInteger(cents) || cents < (command.active ? 1 : 0) || cents > limits.cents)
		return giftCardRefusals.data('gift_card.value_form', { field: 'cents', mostCents: limits.cents, currency });
	if (!/^[A-Z]{3}$/.test(currency)) return giftCardRefusals.data('gift_card.currency_form', { field: 'currency' });
	return expiryProblem(expiresAt, now);
}

/** What is wrong with a card's end, or null. */
export function expiryProblem(expiresAt: Date | null, now: Date): RefusalData | null {
	if (expiresAt === null) return null;
	if (!(expiresAt > now)) return giftCardRefusals.data('gift_card.expiry_past', { field: 'expiresAt' });
	if (expiresAt.getTime() - now.getTime() > limits.years * 366 * day)
		return giftCardRefusals.data('gift_card.expiry_far', { field: 'expiresAt' });
	return null;
}

export const cardStates = ['active', 'inactive', 'blocked', 'expired', 'replaced'] as const;
export type CardState = (typeof cardStates)[number];

/**
 * What a card is at an instant. Replaced before blocked before expired before inactive: a card whose money has moved never
 * pays again, and one on the rack whose time is over is not activated any more.
 */
export function stateOf(
	card: { activatedAt: Date | null; blockedAt: Date | null; replacedAt: Date | null; expiresAt: Date | null },
	now: Date
): CardState {
	if (card.replacedAt) return 'replaced';
	if (card.blockedAt) return 'blocked';
	if (card.expiresAt && card.expiresAt <= now) return 'expired';
	return card.activatedAt ? 'active' : 'inactive';
}

/** How many of a code's last symbols are shown everywhere: 25 of its 80 bits, the check symbol among them. */
export const shownSymbols = 4;

/** A code as it is shown when it is not revealed: its kind and its last four symbols. */
export const masked = (lastSymbols: string): string => `${codeForms.giftCard.prefix} •••• ${lastSymbols}`;
