import type { Entry } from './rights-entry.ts';
import { customersPeople, desk, shopper } from './rights-entry.ts';

/** Who may do what with households and firms; see rights-entry.ts for how to write an entry. */

const paper = { name: 'Holm', vatNumber: null, registrationNumber: null, billingAddress: null, note: null };
const unknown = { answers: 'group.unknown', trail: { none: 'no group of the world is there' } } as const;
const groupId = 'mgp_none';

export const groupEntries: Record<string, Entry> = {
	'admin.reports.groups': { who: desk, input: () => ({ text: '', kind: null, ended: false, cursor: null }) },
	'admin.reports.group': { who: desk, input: () => ({ id: groupId }), answers: 'group.unknown' },
	'admin.reports.groupHistory': { who: customersPeople, input: () => ({ id: groupId, cursor: null }) },
	'wallet.groups.mine': { who: shopper },
	'wallet.groups.leave': { who: shopper, input: ({ key }) => ({ key: key(), groupId }), ...unknown },
	'admin.groups.found': {
		who: customersPeople,
		input: ({ key, memberId }) => ({
			key: key(),
			kind: 'household',
			group: paper,
			shares: true,
			head: { memberId, title: null, agreed: 'on paper' }
		}),
		trail: 'kept'
	},
	'admin.groups.edit': {
		who: customersPeople,
		input: ({ key }) => ({ key: key(), id: groupId, version: 1, group: paper }),
		...unknown
	},
	'admin.groups.addMember': {
		who: customersPeople,
		input: ({ key, memberId }) => ({ key: key(), groupId, memberId, role: 'member', title: null, agreed: 'on paper' }),
		...unknown
	},
	'admin.groups.setRole': {
		who: customersPeople,
		input: ({ key, memberId }) => ({ key: key(), groupId, memberId, role: 'head', title: null }),
		...unknown
	},
	'admin.groups.takeOut': {
		who: customersPeople,
		input: ({ key, memberId }) => ({ key: key(), groupId, memberId, points: 0, reason: 'moved apart' }),
		...unknown
	},
	'admin.groups.setShares': {
		who: customersPeople,
		input: ({ key }) => ({ key: key(), id: groupId, version: 1, shares: true, heirId: null }),
		...unknown
	},
	'admin.groups.end': {
		who: customersPeople,
		input: ({ key }) => ({ key: key(), id: groupId, heirId: null, reason: 'moved apart' }),
		...unknown
	}
};
