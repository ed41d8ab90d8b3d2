import { isGtin, isPaymentCardNumber, normaliseCode, readCode } from '#core/codes';
import type { RefusalData } from '#core/refusal';
import { addDays, day, endAfterDays, localDay, startOfDay } from '#core/time';
import {
	basketLimits,
	effectKinds,
	groupNameLength,
	mostPieces,
	type Conditions,
	type Effect,
	type Stacking
} from '#pricing';
import { voucherRefusals } from './refusals.ts';

export type CodeKind = 'shared' | 'unique';
export type Holding = 'open' | 'assigned';

/**
 * So many days from the issue of a code: when it is given to a member or, for whoever brings it, when it is made.
 * `issue`: good at once and to the end of the last day; `day_after`: its days begin with the day after.
 */
export interface Validity {
	days: number;
	from: 'issue' | 'day_after';
}

/** What a manager decides about a voucher; everything else follows from it. */
export interface Definition {
	title: string;
	/** what the shopper reads under the title */
	description: string | null;
	effect: Effect;
	conditions: Conditions;
	stacking: Stacking;
	codeKind: CodeKind;
	holding: Holding;
	startsAt: Date | null;
	/** first instant at which it no longer applies */
	endsAt: Date | null;
	/** how long a code is good once it was issued; null: as long as the voucher */
	validity: Validity | null;
	/** how often one member may redeem it; null: as often as the codes allow */
	usesPerMember: number | null;
	/** how often one code may be redeemed: for a shared code the uses in all; null: without limit */
	usesPerCode: number | null;
}

/** The fields that a problem can stand beside. */
export const definitionFields = [
	'title',
	'description',
	'percent',
	'cents',
	'capCents',
	'productIds',
	'quantity',
	'of',
	'free',
	'pay',
	'sets',
	'minimumCents',
	'eligibleProductIds',
	'categoryIds',
	'storeIds',
	'group',
	'codeKind',
	'holding',
	'startsAt',
	'endsAt',
	'validDays',
	'usesPerMember',
	'usesPerCode',
	'sharedCode'
] as const;
export type DefinitionField = (typeof definitionFields)[number];

export interface Problem {
	field: DefinitionField;
	refusal: RefusalData;
}

/** Symbols of a code of another system in a pool: fewer could be guessed. */
export const poolCodeLength = { least: 6, most: 24 } as const;

/** How long an open basket keeps its vouchers when nothing is heard of it any more, where the house says nothing else. */
export const defaultHoldMinutes = 15;
/** a day: a basket that is open longer is forgotten */
export const mostHoldMinutes = 1440;

export const limits = {
	titleLength: 80,
	descriptionLength: 400,
	/** of products, categories or stores in one list */
	listed: 500,
	uses: 1_000_000_000,
	/** codes made by one command */
	codesAtOnce: 100_000,
	/** codes of one voucher */
	codesInAll: 1_000_000,
	validDays: 3660,
	/** a date further away is a slip of the finger */
	years: 50
} as const;

const problem = (field: DefinitionField, code: Parameters<typeof voucherRefusals.data>[0]): Problem => ({
	field,
	refusal: voucherRefusals.data(code, { field })
});

const isWhole = (value: number, from: number, to: number): boolean =>
	Number.isSafeInteger(value) && value >= from && value <= to;

/** Everything that is wrong with a definition in itself, for all fields at once; empty: nothing. */
export function definitionProblems(definition: Definition, now: Date): Problem[] {
	const { title, description, conditions } = definition;
	const found: Problem[] = [];
	if (title.trim() === '' || title.length > limits.titleLength) found.push(problem('title', 'voucher.title_form'));
	if (description !== null && description.length > limits.descriptionLength)
		found.push(problem('description', 'voucher.description_form'));
	found.push(...effectProblems(definition.effect));
	const chosen = conditions.productIds.length + conditions.categoryIds.length;
	if (effectKinds[definition.effect.kind].needsChosenGoods && chosen === 0)
		found.push(problem('eligibleProductIds', 'voucher.goods_needed'));
	if (definition.stacking.kind === 'group' && !isGroupName(definition.stacking.group))
		found.push(problem('group', 'voucher.group_form'));
	if (!isWhole(conditions.minimumCents, 0, basketLimits.totalCents))
		found.push(problem('minimumCents', 'voucher.minimum_form'));
	if (conditions.productIds.length > limits.listed) found.push(problem('eligibleProductIds', 'voucher.list_too_long'));
	if (conditions.categoryIds.length > limits.listed) found.push(problem('categoryIds', 'voucher.list_too_long'));
	if (conditions.storeIds.length > limits.listed) found.push(problem('storeIds', 'voucher.list_too_long'));
	if (definition.codeKind === 'shared' && definition.holding === 'assigned')
		found.push(problem('holding', 'voucher.shared_is_open'));
	found.push(...dateProblems(definition, now));
	if (definition.validity && !isWhole(definition.validity.days, 1, limits.validDays))
		found.push(problem('validDays', 'voucher.valid_days_form'));
	if (definition.validity && definition.codeKind === 'shared')
		found.push(problem('validDays', 'voucher.shared_has_no_issue'));
	for (const field of ['usesPerMember', 'usesPerCode'] as const) {
		const uses = definition[field];
		if (uses !== null && !isWhole(uses, 1, limits.uses)) found.push(problem(field, 'voucher.uses_form'));
	}
	return found;
}

const isGroupName = (name: string): boolean => name.trim() !== '' && name.trim().length <= groupNameLength;

const capProblems = (capCents: number | null): Problem[] =>
	capCents === null || isWhole(capCents, 1, basketLimits.lineCents) ? [] : [problem('capCents', 'voucher.cap_form')];

function effectProblems(effect: Effect): Problem[] {
	switch (effect.kind) {
		case 'percent': {
			const percent = isWhole(effect.percent, 1, 100) ? [] : [problem('percent', 'voucher.percent_form')];
			return [...percent, ...capProblems(effect.capCents)];
		}
		case 'amount':
			return isWhole(effect.cents, 1, basketLimits.lineCents) ? [] : [problem('cents', 'voucher.amount_form')];
		case 'free_product': {
			const found: Problem[] = [];
			if (effect.productIds.length === 0) found.push(problem('productIds', 'voucher.product_needed'));
			if (effect.productIds.length > limits.listed) found.push(problem('productIds', 'voucher.list_too_long'));
			if (!isWhole(effect.quantity, 1, 1_000_000)) found.push(problem('quantity', 'voucher.quantity_form'));
			return found;
		}
		case 'fixed_price': {
			const found: Problem[] = [];
			if (!isWhole(effect.cents, 1, basketLimits.lineCents)) found.push(problem('cents', 'voucher.amount_form'));
			if (effect.quantity !== null && !isWhole(effect.quantity, 1, 1_000_000))
				found.push(problem('quantity', 'voucher.quantity_form'));
			return found;
		}
		case 'cheapest_free':
			return [...setProblems(effect.of), ...partProblems('free', effect.free, effect.of)];
		case 'n_for_m': {
			const found = [...setProblems(effect.of), ...partProblems('pay', effect.pay, effect.of)];
			if (effect.sets !== null && !isWhole(effect.sets, 1, mostPieces))
				found.push(problem('sets', 'voucher.sets_form'));
			return found;
		}
		case 'free_delivery':
			return capProblems(effect.capCents);
	}
}

const setProblems = (of: number): Problem[] => (isWhole(of, 2, mostPieces) ? [] : [problem('of', 'voucher.set_form')]);

/** Some of a set, never all of it. */
const partProblems = (field: 'free' | 'pay', part: number, of: number): Problem[] =>
	isWhole(part, 1, Math.max(1, of - 1)) ? [] : [problem(field, 'voucher.part_of_set')];

function dateProblems({ startsAt, endsAt }: Definition, now: Date): Problem[] {
	const found: Problem[] = [];
	const far = limits.years * 366 * day;
	for (const [field, date] of [
		['startsAt', startsAt],
		['endsAt', endsAt]
	] as const) {
		if (date && !(Math.abs(date.getTime() - now.getTime()) <= far)) found.push(problem(field, 'voucher.dates_far'));
	}
	if (found.length === 0 && startsAt && endsAt && startsAt >= endsAt)
		found.push(problem('endsAt', 'voucher.dates_order'));
	return found;
}

/**
 * Whether a manager's own code can stand for a voucher: 3 to 24 letters and digits after normalising, and not to be taken
 * for a member, a gift card, a receipt, a product or a payment card when it is scanned or typed.
 * @returns the code as it is kept, or what is wrong with it
 */
export function readSharedCode(text: string): { code: string } | { problem: Problem } {
	if (text.length > 200) return { problem: problem('sharedCode', 'voucher.code_form') };
	const code = normaliseCode(text);
	if (isPaymentCardNumber(code)) return { problem: problem('sharedCode', 'voucher.code_like_card') };
	if (!/^[A-Z0-9]{3,24}$/.test(code)) return { problem: problem('sharedCode', 'voucher.code_form') };
	if (isGtin(code) || readCode(code).kind !== 'other')
		return { problem: problem('sharedCode', 'voucher.code_reserved') };
	return { code };
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));

function sorted(value: unknown): unknown {
	if (Array.isArray(value))
		return value.every((item) => typeof item === 'string') ? [...value].sort() : value.map(sorted);
	if (value === null || typeof value !== 'object') return value;
	return Object.fromEntries(
		Object.entries(value)
			.sort(([a], [b]) => (a < b ? -1 : 1))
			.map(([name, inner]) => [name, sorted(inner)])
	);
}

/** Whether `after` allows at least as many uses as `before`. */
const notFewer = (before: number | null, after: number | null): boolean =>
	after === null || (before !== null && after >= before);

/**
 * What may not be changed any more. What somebody has redeemed, or holds and may redeem tomorrow, keeps its meaning: after
 * the first redemption the effect and the conditions stand and limits only go up; who may hold codes stands once codes are
 * out; one code for all or many is decided at the start. What it goes together with may only grow. Title, description and
 * dates stay free, also how long codes are good that are issued from now on, and pausing always works.
 */
export function changeProblems(
	before: Definition,
	after: Definition,
	{ redeemed, codesOut }: { redeemed: boolean; codesOut: boolean }
): Problem[] {
	const found: Problem[] = [];
	if (before.codeKind !== after.codeKind) found.push(problem('codeKind', 'voucher.code_kind_fixed'));
	if (codesOut && before.holding !== after.holding) found.push(problem('holding', 'voucher.holding_fixed'));
	if (!redeemed) return found;
	if (!same(before.effect, after.effect)) found.push(problem(fieldOf(after.effect), 'voucher.effect_fixed'));
	for (const [field, list] of [
		['minimumCents', 'minimumCents'],
		['eligibleProductIds', 'productIds'],
		['categoryIds', 'categoryIds'],
		['storeIds', 'storeIds']
	] as const) {
		if (!same(before.conditions[list], after.conditions[list])) found.push(problem(field, 'voucher.conditions_fixed'));
	}
	if (!notFewer(before.usesPerMember, after.usesPerMember))
		found.push(problem('usesPerMember', 'voucher.limit_only_up'));
	if (!notFewer(before.usesPerCode, after.usesPerCode)) found.push(problem('usesPerCode', 'voucher.limit_only_up'));
	if (!isLooser(before.stacking, after.stacking)) found.push(problem('group', 'voucher.stacking_fixed'));
	return found;
}

/** Whether everything that went together still does. */
const isLooser = (before: Stacking, after: Stacking): boolean =>
	before.kind === 'alone' || after.kind === 'together' || same(before, after);

const effectFields: Record<Effect['kind'], DefinitionField> = {
	percent: 'percent',
	amount: 'cents',
	free_product: 'productIds',
	fixed_price: 'cents',
	cheapest_free: 'of',
	n_for_m: 'of',
	free_delivery: 'capCents'
};
const fieldOf = ({ kind }: Effect): DefinitionField => effectFields[kind];

/** The own dates of a code issued now; null where the voucher's count. */
export function datesFromIssue(
	validity: Validity | null,
	now: Date,
	timeZone: string
): { startsAt: Date | null; endsAt: Date | null } {
	if (!validity) return { startsAt: null, endsAt: null };
	const { days, from } = validity;
	// The end of the last day, as points expire: three days from a Monday's morning end with Thursday.
	if (from === 'issue') return { startsAt: null, endsAt: endAfterDays(now, days, timeZone) };
	const startsAt = startOfDay(addDays(localDay(now, timeZone), 1), timeZone);
	return { startsAt, endsAt: endAfterDays(now, days, timeZone) };
}

/** When a code is good: its own dates within the voucher's, or beyond them once a person moved its end. */
export function validityOf(
	voucher: { startsAt: Date | null; endsAt: Date | null },
	code: { startsAt: Date | null; endsAt: Date | null; extendedAt: Date | null }
): { startsAt: Date | null; endsAt: Date | null } {
	const startsAt =
		voucher.startsAt && code.startsAt && code.startsAt < voucher.startsAt
			? voucher.startsAt
			: (code.startsAt ?? voucher.startsAt);
	if (code.extendedAt) return { startsAt, endsAt: code.endsAt };
	const endsAt =
		voucher.endsAt && code.endsAt && code.endsAt > voucher.endsAt ? voucher.endsAt : (code.endsAt ?? voucher.endsAt);
	return { startsAt, endsAt };
}

export const voucherStates = ['running', 'scheduled', 'paused', 'ended', 'archived'] as const;
export type VoucherState = (typeof voucherStates)[number];

/** What a voucher is at an instant. Archived before paused before its dates. */
export function stateOf(
	voucher: { startsAt: Date | null; endsAt: Date | null; pausedAt: Date | null; archivedAt: Date | null },
	now: Date
): VoucherState {
	if (voucher.archivedAt) return 'archived';
	if (voucher.endsAt && voucher.endsAt <= now) return 'ended';
	if (voucher.pausedAt) return 'paused';
	return voucher.startsAt && voucher.startsAt > now ? 'scheduled' : 'running';
}

export const codeStates = ['free', 'held', 'used', 'voided'] as const;
/** free: nobody has it; held: in a member's wallet; used: no use left; voided: taken out of use */
export type CodeState = (typeof codeStates)[number];
