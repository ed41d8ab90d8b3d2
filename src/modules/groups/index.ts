import type { Points } from '#core/amounts';
import { declareRefusals } from '#core/refusal';

/**
 * Groups: households and firms.
 *
 * Owns: groups, who belongs to them since when and until when, and who shares a purse.
 * Promises: a member shares one purse at most; whatever somebody who shares earns or spends is the purse's, at every till
 * and in every job, without any of them knowing; a household's purse is shared by consent alone, which says who noted it,
 * when and where.
 * Never: touches vouchers or gift cards, which stay personal; rewrites a receipt or an entry.
 *
 * How it works. A group owns books in the ledger as a member does: its id is the owner of the purse. An owner's row in the
 * ledger says whose accounts take what is theirs (`account_owners.posts_to`), and a book that is opened with somebody who
 * shares means the purse (`openBook`). So the checkout has no notion of groups and no further statement, and nobody who
 * shares nothing waits for it.
 *
 * The rules, which the consent tells:
 * - Whoever joins brings all that they have, with its dates: points, pending ones, debts. Nothing is left aside that would
 *   lapse unseen, and goods that come back later find their points where they went.
 * - Whoever leaves leaves what is in the purse; the house may let them take some of it along. What they earn from then on
 *   is their own again. Goods bought before and returned later give to, and take from, the purse that their receipt was
 *   posted to.
 * - When a group ends, what is in its purse goes to one of its members.
 * - In one firm with a purse, or one household, at a time. Of firms where everybody has their own wallet one may belong to
 *   any number. Contacts of a firm do not buy for it: their points stay their own.
 */
export const groupKinds = ['household', 'firm'] as const;
export type GroupKind = (typeof groupKinds)[number];

/** A household has heads and members; a firm one main buyer, buyers, and contacts who do not buy. */
export const groupRoles = ['head', 'member', 'buyer', 'contact'] as const;
export type GroupRole = (typeof groupRoles)[number];

export const rolesOf: Record<GroupKind, readonly GroupRole[]> = {
	household: ['head', 'member'],
	firm: ['head', 'buyer', 'contact']
};

/** Whether somebody in this role uses the purse, where there is one. */
export const usesPurse = (role: GroupRole): boolean => role !== 'contact';

/** characters */
export const groupLimits = { name: 80, number: 40, address: 300, note: 1000, title: 60, agreed: 200 } as const;
/** More than that is no household; a firm's list stays one that a person reads. */
export const mostMembers: Record<GroupKind, number> = { household: 12, firm: 200 };
/** How somebody's consent came, at least in a word. */
export const leastAgreed = 3;

/** The ledger's reasons for what somebody brought into a purse, and took out of it. */
export const pooledReason = 'pooled';
export const unpooledReason = 'unpooled';

export interface GroupInput {
	name: string;
	/** of a firm, as they write it */
	vatNumber: string | null;
	registrationNumber: string | null;
	billingAddress: string | null;
	/** for the staff alone */
	note: string | null;
}

/** A group that somebody belongs to, as tills and wallets know it. */
export interface Belonging {
	groupId: string;
	kind: GroupKind;
	name: string;
	role: GroupRole;
	/** whether their points are the group's */
	shares: boolean;
	since: Date;
}

/**
 * What speaks against somebody's leaving: a household keeps its head, and ends with the last of them instead.
 * @param count how many belong to it
 */
export function againstLeaving(
	kind: GroupKind,
	role: GroupRole,
	count: number
): 'group.last_member' | 'group.head_leaves' | null {
	if (kind !== 'household') return null;
	if (count === 1) return 'group.last_member';
	return role === 'head' ? 'group.head_leaves' : null;
}

/** A group as somebody who belongs to it sees it, and what leaving it would mean. */
export interface OwnGroup extends Belonging {
	/** first names of the others, the longest there first; null: nameless */
	others: (string | null)[];
	/** what stays in the purse; null: everybody's points are their own */
	stays: { points: Points; pending: Points } | null;
	/** what speaks against leaving */
	against: ReturnType<typeof againstLeaving>;
}

export const groupsRefusals = declareRefusals({
	'group.unknown': 'not_found',
	/** `least`, `most` characters */
	'group.name_form': 'invalid',
	/** `field`, `most` characters */
	'group.text_long': 'invalid',
	'group.role_form': 'invalid',
	/** `version` as it is now */
	'group.changed_meanwhile': 'conflict',
	'group.ended': 'gone',
	'group.no_member': 'not_found',
	'group.member_there': 'conflict',
	/** they share a purse elsewhere: `kind` of that group, and its `groupId` */
	'group.has_purse': 'conflict',
	'group.member_blocked': 'conflict',
	/** a guest of a sale whom nobody has claimed */
	'group.not_joined': 'unprocessable',
	'group.consent_needed': 'invalid',
	/** `least`, `most` characters */
	'group.agreed_form': 'invalid',
	/** `most` members */
	'group.full': 'unprocessable',
	'group.head_needed': 'invalid',
	'group.head_leaves': 'conflict',
	'group.last_member': 'conflict',
	/** `availablePoints` */
	'group.points_few': 'conflict',
	'group.points_form': 'invalid',
	/** points may be moved by whoever has the right to move them by hand */
	'group.may_not_move': 'forbidden',
	/** somebody has to take what is in the purse */
	'group.heir_needed': 'invalid',
	/** both who are to be one member share purses, and not the same */
	'group.merge_two': 'conflict'
});
