import { must } from '#core/must';
import { sum, type Cents, type Thousandths } from '#core/amounts';
import type { RefusalData, RefusalDetails } from '#core/refusal';
import { localDay } from '#core/time';
import type { PricedBasket } from './basket.ts';
import type { Facts, MemberFact, QuotedLine, Right } from './contract.ts';
import type { Cut, Goods, Why } from './effects/contract.ts';
import { effectKindOf } from './effects/index.ts';
import { rightRefusals } from './refusals.ts';
import type { Conditions } from './rules.ts';

/** What a right is judged against. */
export interface Situation {
	now: Date;
	store: Facts['store'];
	member: MemberFact | null;
	/** goods; charges for delivery stand apart, and money put on gift cards is no concern of any right */
	lines: QuotedLine[];
	delivery: QuotedLine[];
	/** of the goods, before discounts */
	goodsCents: Cents;
	/** places of lines by what conditions speak of, so that long lists of products cost no walk through the basket each */
	byProduct: Map<string, number[]>;
	byCategory: Map<string, number[]>;
	/** how much of a line effects on single things have used up, by line key */
	touched: Map<string, Thousandths>;
}

export function situationOf(facts: Facts, member: MemberFact | null, basket: PricedBasket, now: Date): Situation {
	const lines = basket.lines.filter(({ key, giftCard }) => giftCard === null && !basket.delivery.has(key));
	const situation: Situation = {
		now,
		store: facts.store,
		member,
		lines,
		delivery: basket.lines.filter(({ key }) => basket.delivery.has(key)),
		goodsCents: sum(lines.map((line) => line.listCents)),
		byProduct: new Map(),
		byCategory: new Map(),
		touched: new Map()
	};
	for (const [place, line] of lines.entries()) {
		file(situation.byProduct, line.productId, place);
		file(situation.byCategory, line.categoryId, place);
	}
	return situation;
}

function file(index: Map<string, number[]>, key: string | null, place: number): void {
	if (key === null) return;
	const filed = index.get(key);
	if (filed) filed.push(place);
	else index.set(key, [place]);
}

/** The lines that conditions speak of, in the basket's order: those of one of the products or one of the categories. */
function eligibleLines({ productIds, categoryIds }: Conditions, situation: Situation): QuotedLine[] {
	const { lines, byProduct, byCategory } = situation;
	if (productIds.length === 0 && categoryIds.length === 0) return lines;
	const chosen = new Uint8Array(lines.length);
	const choose = (places: number[] | undefined) => {
		if (places) for (const place of places) chosen[place] = 1;
	};
	for (const id of productIds) choose(byProduct.get(id));
	for (const id of categoryIds) choose(byCategory.get(id));
	return lines.filter((_, place) => chosen[place] === 1);
}

/** A right's refusal, under its own kind's name. */
export const refuseRight = (kind: Right['kind'], why: Why, details: RefusalDetails = {}): RefusalData =>
	rightRefusals.data(`${kind}.${why}`, details);

function instant(text: string): number {
	const at = Date.parse(text);
	must(!Number.isNaN(at), 'a right starts and ends at instants');
	return at;
}

/** One reason against a right: its details when it holds, null when it does not. */
type Reason = [
	why: Why,
	holds: (right: Right, situation: Pick<Situation, 'now' | 'store' | 'member' | 'goodsCents'>) => RefusalDetails | null
];

/**
 * Reasons that need no arithmetic, in the order in which people want to hear them: what can never be mended first, what
 * a few more things in the basket would mend last.
 */
const reasons: Reason[] = [
	['voided', (right) => (right.voided ? {} : null)],
	['paused', (right) => (right.paused ? {} : null)],
	[
		'not_yet',
		({ startsAt }, { now, store }) =>
			startsAt !== null && now.getTime() < instant(startsAt) ? { startsAt, timeZone: store.timeZone } : null
	],
	[
		'expired',
		({ endsAt }, { now, store }) => {
			if (endsAt === null || now.getTime() < instant(endsAt)) return null;
			// `endsAt` is the first instant at which it is over: mostly a midnight, which nobody takes for the last day.
			return { endsAt, lastDay: localDay(new Date(instant(endsAt) - 1), store.timeZone), timeZone: store.timeZone };
		}
	],
	[
		'other_member',
		({ onlyForMemberId: only }, { member }) => (only !== null && member !== null && member.id !== only ? {} : null)
	],
	[
		'needs_member',
		(right, { member }) => (member === null && (right.onlyForMemberId !== null || right.limitedPerMember) ? {} : null)
	],
	['already_used', (right) => (right.usesInAll === 1 && spent(right) ? {} : null)],
	['used_up', (right) => (spent(right) ? { usesInAll: right.usesInAll } : null)],
	[
		'held_elsewhere',
		({ heldUntil }, { store }) => (heldUntil === null ? null : { heldAt: heldUntil, timeZone: store.timeZone })
	],
	[
		'used_by_member',
		(right, { member }) => {
			if (!right.limitedPerMember || member === null) return null;
			must(right.usesLeftForMember !== null, 'a right limited per member knows what is left for this member');
			return right.usesLeftForMember <= 0 ? {} : null;
		}
	],
	[
		'other_store',
		({ conditions: { storeIds } }, { store }) => (storeIds.length > 0 && !storeIds.includes(store.id) ? {} : null)
	],
	[
		'currency_other',
		({ currency }, { store }) => (currency === store.currency ? null : { currency, givenCurrency: store.currency })
	],
	[
		'below_minimum',
		({ conditions: { minimumCents }, currency }, { goodsCents }) =>
			goodsCents < minimumCents ? { minimumCents, missingCents: minimumCents - goodsCents, currency } : null
	]
];

const spent = (right: Right): boolean => right.usesLeft !== null && right.usesLeft <= 0;

export type Verdict = { refusal: RefusalData; cut: null } | { refusal: null; cut: Cut };

/** Whether a right applies to the lines as they cost now, and what it takes off. */
export function judge(right: Right, situation: Situation): Verdict {
	for (const [why, holds] of reasons) {
		const details = holds(right, situation);
		if (details) return { refusal: refuseRight(right.kind, why, details), cut: null };
	}
	const eligible = eligibleLines(right.conditions, situation);
	if (eligible.length === 0) return { refusal: refuseRight(right.kind, 'nothing_eligible'), cut: null };
	const cut = effectKindOf(right.effect).apply(right.effect, goodsOf(situation, eligible));
	if ('why' in cut) return { refusal: refuseRight(right.kind, cut.why, cut.details), cut: null };
	if (cut.cents === 0) return { refusal: refuseRight(right.kind, 'gives_nothing'), cut: null };
	return { refusal: null, cut };
}

const goodsOf = ({ lines, delivery, touched }: Situation, eligible: QuotedLine[]): Goods => ({
	eligible,
	all: lines,
	delivery,
	untouched: (line) => line.quantity - (touched.get(line.key) ?? 0)
});

/**
 * Why a right would be refused whatever is in the basket, first what can never be mended; null: a basket decides. Without
 * a store those reasons are left out that speak of one.
 */
export function standingOf(
	right: Right,
	{ now, store, member }: { now: Date; store: Facts['store'] | null; member: MemberFact | null }
): RefusalData | null {
	const place = store ?? { id: '', currency: right.currency, timeZone: 'UTC' };
	const situation = { now, store: place, member, goodsCents: Number.MAX_SAFE_INTEGER };
	for (const [why, holds] of reasons) {
		if (store === null && why === 'other_store') continue;
		const details = holds(right, situation);
		if (details) return refuseRight(right.kind, why, details);
	}
	return null;
}
