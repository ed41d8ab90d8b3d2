import type { Rounding } from '#core/amounts';
import type { EndRounding } from '#core/time';
import { programmeRulesSchema, type ProgrammeRules } from '#pricing';
import { readWhole, writeWhole } from './whole.ts';
import type { Named } from './voucher-draft.svelte.ts';

/** What each number may be; the same bounds as the rules' own check, to be said beside the field. */
export const bounds = {
	'earn.points': [0, 10_000],
	'earn.perCents': [1, 10_000_000_000],
	'earn.pendingDays': [0, 366],
	'earn.expiry.days': [0, 36_600],
	'earn.inactiveDays': [7, 36_600],
	'spend.worthPoints': [1, 10_000],
	'spend.worthCents': [1, 10_000_000_000],
	'spend.minimumPoints': [0, 1_000_000_000],
	'spend.maximumPoints': [1, 1_000_000_000],
	'spend.maximumSharePercent': [1, 100],
	'spend.stepPoints': [1, 1_000_000],
	'spend.givenBackMinimumDays': [0, 3660]
} as const satisfies Record<string, readonly [number, number]>;
export type RuleField = keyof typeof bounds;

const isRuleField = (path: string): path is RuleField => path in bounds;

/** The programme's rules while somebody writes them. */
export class RulesDraft {
	points = $state('');
	perCents = $state<number | null>(null);
	rounding = $state<Rounding>('down');
	discountedLines = $state(true);
	paidWithPoints = $state(false);
	paidWithGiftCard = $state(true);
	excludedCategoryIds = $state.raw<string[]>([]);
	excludedProducts = $state.raw<Named[]>([]);
	pendingDays = $state('');
	expiryDays = $state('');
	expiryRounding = $state<EndRounding>('day');
	expiryMonthDay = $state('12-31');
	inactiveDays = $state('');
	enabled = $state(true);
	worthPoints = $state('');
	worthCents = $state<number | null>(null);
	minimumPoints = $state('');
	maximumPoints = $state('');
	maximumSharePercent = $state('');
	stepPoints = $state('');
	givenBackMinimumDays = $state('');

	/** fields that were wrong when it was last looked at */
	// eslint-disable-next-line svelte/prefer-svelte-reactivity -- never changed after it was made; the field that holds it is the state
	wrong = $state.raw<ReadonlySet<RuleField>>(new Set());

	constructor({ earn, spend }: ProgrammeRules, products: Named[]) {
		this.points = writeWhole(earn.points);
		this.perCents = earn.perCents;
		this.rounding = earn.rounding;
		this.discountedLines = earn.discountedLines;
		this.paidWithPoints = earn.paidWithPoints;
		this.paidWithGiftCard = earn.paidWithGiftCard;
		this.excludedCategoryIds = earn.excludedCategoryIds;
		this.excludedProducts = products;
		this.pendingDays = writeWhole(earn.pendingDays);
		this.expiryDays = writeWhole(earn.expiry.days);
		this.expiryRounding = earn.expiry.rounding;
		this.expiryMonthDay = earn.expiry.monthDay ?? '12-31';
		this.inactiveDays = writeWhole(earn.inactiveDays);
		this.enabled = spend.enabled;
		this.worthPoints = writeWhole(spend.worthPoints);
		this.worthCents = spend.worthCents;
		this.minimumPoints = writeWhole(spend.minimumPoints);
		this.maximumPoints = writeWhole(spend.maximumPoints);
		this.maximumSharePercent = writeWhole(spend.maximumSharePercent);
		this.stepPoints = writeWhole(spend.stepPoints);
		this.givenBackMinimumDays = writeWhole(spend.givenBackMinimumDays);
	}

	/** What is written so far; what cannot be read is a number that no rule allows. */
	get rules(): ProgrammeRules {
		const needed = (text: string) => readWhole(text) ?? Number.NaN;
		return {
			earn: {
				points: needed(this.points),
				perCents: this.perCents ?? Number.NaN,
				rounding: this.rounding,
				discountedLines: this.discountedLines,
				paidWithPoints: this.paidWithPoints,
				paidWithGiftCard: this.paidWithGiftCard,
				excludedCategoryIds: this.excludedCategoryIds,
				excludedProductIds: this.excludedProducts.map(({ id }) => id),
				pendingDays: readWhole(this.pendingDays) ?? 0,
				expiry: {
					days: readWhole(this.expiryDays),
					rounding: this.expiryRounding,
					monthDay: this.expiryRounding === 'date' ? this.expiryMonthDay : null
				},
				inactiveDays: readWhole(this.inactiveDays)
			},
			spend: {
				enabled: this.enabled,
				worthPoints: needed(this.worthPoints),
				worthCents: this.worthCents ?? Number.NaN,
				minimumPoints: readWhole(this.minimumPoints) ?? 0,
				maximumPoints: readWhole(this.maximumPoints),
				maximumSharePercent: needed(this.maximumSharePercent),
				stepPoints: needed(this.stepPoints),
				givenBackMinimumDays: readWhole(this.givenBackMinimumDays) ?? 0
			}
		};
	}

	/** The rules, or null when something is wrong: the fields say so then. */
	check(): ProgrammeRules | null {
		const { rules } = this;
		const parsed = programmeRulesSchema.safeParse(rules);
		// eslint-disable-next-line svelte/prefer-svelte-reactivity -- never changed after it was made; the field that holds it is the state
		this.wrong = new Set(
			parsed.success ? [] : parsed.error.issues.map(({ path }) => path.join('.')).filter(isRuleField)
		);
		return parsed.success ? rules : null;
	}
}
