import type { Points } from '#core/amounts';
import { declareRefusals } from '#core/refusal';
import type { PointsBalance } from '#ledger';
import type { SpentPointsRule, TransferRules } from '#pricing';

/**
 * Points: what happens to members' points outside a sale.
 *
 * Owns: the types of points beside those that pay, the house's policy for manual moves and for points that were spent before their goods came back, and the record of who moved what and why.
 * Promises: a manual move has a reason, stays within its limits whoever races, and is carried out once.
 * Never: earns or spends for a receipt (checkout does), knows how lots are kept (the ledger does).
 */
export interface PointsPolicy {
	adjust: {
		/** points in one move; null: no limit */
		most: Points | null;
		/** points that one person may move in a day, up and down together; null: no limit */
		mostPerDay: Points | null;
		/** whether more may be taken than a member has, so that the rest is owed */
		mayOwe: boolean;
	};
	/** whether members may give each other points that pay, and how; other types have rules of their own */
	transfer: TransferRules & { enabled: boolean };
	/** goods come back whose points were spent already */
	returned: SpentPointsRule;
	/** how many days before their points, or their gift cards, end members get a letter; null: none is sent */
	warnDays: number | null;
}

/** A letter a year ahead is no reminder. */
export const mostWarnDays = 90;

/** What a house begins with: manual moves within sight, no gifts among members. */
export const defaultPolicy: PointsPolicy = {
	adjust: { most: 10_000, mostPerDay: 50_000, mayOwe: false },
	transfer: { enabled: false, least: 100, mostPerDay: 5_000 },
	returned: { kind: 'owed' },
	warnDays: null
};

/** No move is larger, whatever the policy says. */
export const mostPoints = 1_000_000_000;

/** Length of a reason, and of a word to the member. */
export const reasonLength = { least: 3, most: 200 } as const;

/** The ledger's reason for points whose member was not active for too long. */
export const lapsedReason = 'inactive';

export const actKinds = ['adjusted', 'extended', 'transferred'] as const;
export type ActKind = (typeof actKinds)[number];

/** What a member has of a type of points beside those that pay. */
export interface TypeBalance {
	typeId: string;
	name: string;
	spendable: Points;
	debt: Points;
	/** by when they end, soonest first; null: never */
	lots: PointsBalance['lots'];
	/** members may give each other so many and more; null: they cannot */
	leastGiven: Points | null;
}

export const pointsRefusals = declareRefusals({
	'points.amount_form': 'invalid',
	'points.reason_form': 'invalid',
	'points.note_form': 'invalid',
	'points.day_past': 'invalid',
	'points.over_limit': 'forbidden',
	'points.over_day_limit': 'limited',
	'points.not_enough': 'conflict',
	'points.none_to_extend': 'conflict',
	'points.member_blocked': 'conflict',
	'points.transfer_off': 'forbidden',
	'points.transfer_least': 'invalid',
	'points.transfer_day_limit': 'limited',
	'points.transfer_too_often': 'limited',
	'points.receiver_unknown': 'not_found',
	'points.receiver_self': 'invalid',
	/** both share it: there is nothing to give */
	'points.same_purse': 'conflict',
	'points.type_unknown': 'not_found',
	'points.type_form': 'invalid',
	'points.type_twice': 'conflict',
	'points.type_missing': 'conflict',
	'points.types_many': 'invalid',
	'points.types_changed': 'conflict',
	'points.policy_form': 'invalid',
	'points.policy_changed': 'conflict'
});
