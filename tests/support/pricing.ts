/** A small shop to price in: facts with everything ordinary, so that a test says only what is not. */
import type {
	Ask,
	BasketLine,
	CardRules,
	Facts,
	GiftCardFact,
	MemberFact,
	ProductFact,
	ProgrammeRules,
	Right
} from '#pricing';

export const noon = new Date('2026-03-10T12:00:00Z');

export const rules: ProgrammeRules = {
	earn: {
		points: 1,
		perCents: 100,
		rounding: 'down',
		discountedLines: true,
		paidWithPoints: false,
		paidWithGiftCard: true,
		excludedCategoryIds: [],
		excludedProductIds: [],
		pendingDays: 0,
		expiry: { days: 365, rounding: 'day', monthDay: null },
		inactiveDays: null
	},
	spend: {
		enabled: true,
		worthPoints: 1,
		worthCents: 1,
		minimumPoints: 0,
		maximumPoints: null,
		maximumSharePercent: 100,
		stepPoints: 1,
		givenBackMinimumDays: 30
	}
};

export const withRules = (earn: Partial<ProgrammeRules['earn']>, spend: Partial<ProgrammeRules['spend']> = {}) => ({
	earn: { ...rules.earn, ...earn },
	spend: { ...rules.spend, ...spend }
});

const product = (id: string, priceCents: number, more: Partial<ProductFact> = {}): ProductFact => ({
	id,
	name: `The ${id}`,
	categoryId: 'bakery',
	unit: 'piece',
	priceCents,
	costCents: null,
	archived: false,
	...more
});

export const products: Record<string, ProductFact> = Object.fromEntries(
	[
		product('bun', 99, { costCents: 40 }),
		product('cake', 2500, { costCents: 1100 }),
		product('coffee', 320, { categoryId: 'drinks' }),
		product('tea', 280, { categoryId: 'drinks' }),
		product('apples', 399, { categoryId: 'fruit', unit: 'kilogram', costCents: 201 }),
		product('bag', 0, { categoryId: 'other' }),
		product('fax', 9900, { archived: true })
	].map((made) => [made.id, made])
);

export const member = (more: Partial<MemberFact> = {}): MemberFact => ({
	id: 'anna',
	blocked: false,
	spendablePoints: 0,
	pendingPoints: 0,
	debtPoints: 0,
	...more
});

export const right = (more: Partial<Right> = {}): Right => ({
	id: 'spring',
	kind: 'voucher',
	sourceId: 'voucher-of-spring',
	title: 'Spring',
	currency: 'EUR',
	effect: { kind: 'percent', percent: 10, capCents: null },
	conditions: { minimumCents: 0, productIds: [], categoryIds: [], storeIds: [] },
	stacking: { kind: 'alone' },
	startsAt: null,
	endsAt: null,
	paused: false,
	voided: false,
	usesInAll: null,
	usesLeft: null,
	limitedPerMember: false,
	usesLeftForMember: null,
	onlyForMemberId: null,
	heldUntil: null,
	...more
});

export const card = (more: Partial<GiftCardFact> = {}): GiftCardFact => ({
	id: 'card',
	lastSymbols: 'K7QX',
	currency: 'EUR',
	availableCents: 5000,
	state: 'active',
	valueCents: null,
	pin: 'none',
	...more
});

export const cardRules: CardRules = {
	terms: [
		{ currency: 'EUR', leastCents: 500, mostCents: 20_000, amounts: [], highestCents: 12_000, pinFromCents: 10_000 }
	],
	earnsPoints: false,
	expiry: { kind: 'never' },
	expiryByStore: {}
};

export const facts = (more: Partial<Facts> = {}): Facts => ({
	programme: { currency: 'EUR', timeZone: 'Europe/Vienna', rules },
	store: { id: 'ring', currency: 'EUR', timeZone: 'Europe/Vienna' },
	products,
	member: null,
	rights: [],
	giftCards: [],
	...more
});

/** A line of a product, by the piece or by the kilogram. */
export const of = (productId: string, amount = 1, more: Partial<BasketLine> = {}): BasketLine => ({
	key: productId,
	productId,
	name: null,
	categoryId: null,
	quantity: Math.round(amount * 1000),
	unitCents: 0,
	...more
});

/** A line with an amount typed in. */
export const typed = (unitCents: number, more: Partial<BasketLine> = {}): BasketLine => ({
	key: 'typed',
	productId: null,
	name: null,
	categoryId: null,
	quantity: 1000,
	unitCents,
	...more
});

export const ask = (lines: BasketLine[], more: Partial<Omit<Ask, 'basket'>> = {}): Ask => ({
	memberId: null,
	basket: { currency: 'EUR', lines },
	rightIds: [],
	giftCards: [],
	points: 0,
	...more
});
