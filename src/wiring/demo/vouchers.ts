import { day, later } from '#core/time';
import type { Conditions } from '#pricing';
import type { Definition } from '#vouchers';

interface DemoVoucher
	extends Omit<Definition, 'stacking' | 'validity'>, Partial<Pick<Definition, 'stacking' | 'validity'>> {
	key:
		'welcome' | 'coffee' | 'weekend' | 'thanks' | 'croissant' | 'spring' | 'beans' | 'sweets' | 'bakery' | 'delivery';
	sharedCode: string | null;
}

/** What the demo shop hands out. `ids` knows the things by name. */
export function demoVouchers(
	ids: { category: (name: string) => string; product: (name: string) => string },
	now: Date
): DemoVoucher[] {
	const all: Conditions = { minimumCents: 0, productIds: [], categoryIds: [], storeIds: [] };
	const given = {
		codeKind: 'unique',
		holding: 'assigned',
		sharedCode: null,
		startsAt: null,
		endsAt: null,
		usesPerMember: null,
		usesPerCode: 1
	} as const;
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
		},
		{
			...given,
			key: 'beans',
			title: 'Beans of the month: 8.90 a bag',
			description: 'Up to two bags or tins from the beans & tea shelf, 8.90 each.',
			effect: { kind: 'fixed_price', cents: 890, quantity: 2000 },
			conditions: { ...all, categoryIds: [ids.category('Beans & tea')] },
			stacking: { kind: 'together' },
			validity: { days: 60, from: 'issue' }
		},
		{
			...given,
			key: 'sweets',
			title: 'Three sweets, the cheapest free',
			description: 'Take three from the sweets shelf; the cheapest is on us.',
			effect: { kind: 'cheapest_free', of: 3, free: 1 },
			conditions: { ...all, categoryIds: [ids.category('Sweets')] },
			stacking: { kind: 'group', group: 'Sweets' },
			endsAt: later(now, 75 * day)
		},
		{
			...given,
			key: 'bakery',
			title: 'Bakery: 3 for 2',
			description: 'Of every three from the bakery you pay two.',
			effect: { kind: 'n_for_m', of: 3, pay: 2, sets: 3 },
			conditions: { ...all, categoryIds: [ids.category('Bakery')] },
			stacking: { kind: 'together' },
			endsAt: later(now, 80 * day)
		},
		{
			...given,
			key: 'delivery',
			title: 'We bring it for nothing',
			description: 'No charge for delivery from 25.00.',
			effect: { kind: 'free_delivery', capCents: null },
			conditions: { ...all, minimumCents: 2500 },
			stacking: { kind: 'together' },
			endsAt: later(now, 100 * day)
		}
	];
}
