import { day, later } from '#core/time';
import type { Conditions, Effect } from '#pricing';

interface DemoVoucher {
	key: 'welcome' | 'coffee' | 'weekend' | 'thanks' | 'croissant' | 'spring';
	title: string;
	description: string;
	effect: Effect;
	conditions: Conditions;
	codeKind: 'shared' | 'unique';
	holding: 'open' | 'assigned';
	sharedCode: string | null;
	startsAt: Date | null;
	endsAt: Date | null;
	usesPerMember: number | null;
	usesPerCode: number | null;
}

/** What the demo shop hands out. `ids` knows the things by name. */
export function demoVouchers(
	ids: { category: (name: string) => string; product: (name: string) => string },
	now: Date
): DemoVoucher[] {
	const all: Conditions = { minimumCents: 0, productIds: [], categoryIds: [], storeIds: [] };
	return [
		{
			key: 'welcome',
			title: 'Welcome: 10 % off',
			description: 'Ten percent off your whole basket, once, from 15.00.',
			effect: { kind: 'percent', percent: 10, capCents: 1000 },
			conditions: { ...all, minimumCents: 1500 },
			codeKind: 'shared',
			holding: 'open',
			sharedCode: 'WELCOME10',
			startsAt: null,
			endsAt: null,
			usesPerMember: 1,
			usesPerCode: null
		},
		{
			key: 'coffee',
			title: 'A coffee on us',
			description: 'One drink from the coffee bar for nothing.',
			effect: {
				kind: 'free_product',
				productIds: ['Espresso', 'Flat white', 'Cappuccino', 'Filter coffee', 'Oat latte'].map(ids.product),
				quantity: 1000
			},
			conditions: all,
			codeKind: 'unique',
			holding: 'assigned',
			sharedCode: null,
			startsAt: null,
			endsAt: later(now, 90 * day),
			usesPerMember: null,
			usesPerCode: 1
		},
		{
			key: 'weekend',
			title: '5.00 off from 40.00',
			description: 'Five off a basket of forty or more.',
			effect: { kind: 'amount', cents: 500 },
			conditions: { ...all, minimumCents: 4000 },
			codeKind: 'shared',
			holding: 'open',
			sharedCode: 'BASKET5',
			startsAt: null,
			endsAt: later(now, 120 * day),
			usesPerMember: null,
			usesPerCode: 5000
		},
		{
			key: 'thanks',
			title: '20 % off beans and tea',
			description: 'Twenty percent off everything from the beans & tea shelf.',
			effect: { kind: 'percent', percent: 20, capCents: null },
			conditions: { ...all, categoryIds: [ids.category('Beans & tea')] },
			codeKind: 'unique',
			holding: 'assigned',
			sharedCode: null,
			startsAt: null,
			endsAt: later(now, 45 * day),
			usesPerMember: 1,
			usesPerCode: 1
		},
		{
			key: 'croissant',
			title: 'A croissant for the morning',
			description: 'One croissant for nothing with a basket from 8.00.',
			effect: { kind: 'free_product', productIds: [ids.product('Croissant')], quantity: 1000 },
			conditions: { ...all, minimumCents: 800 },
			codeKind: 'unique',
			holding: 'open',
			sharedCode: null,
			startsAt: null,
			endsAt: later(now, 60 * day),
			usesPerMember: 1,
			usesPerCode: 1
		},
		{
			key: 'spring',
			title: 'Spring: 15 % off sweets',
			description: 'Starts in three weeks.',
			effect: { kind: 'percent', percent: 15, capCents: 800 },
			conditions: { ...all, categoryIds: [ids.category('Sweets')] },
			codeKind: 'shared',
			holding: 'open',
			sharedCode: 'SPRING15',
			startsAt: later(now, 21 * day),
			endsAt: later(now, 51 * day),
			usesPerMember: 2,
			usesPerCode: 1000
		}
	];
}
