import { day, later } from '#core/time';
import { newId } from '#core/ids';
import { issue } from '#giftcards/server';
import { giftCards } from '#giftcards/tables';
import { inTransaction, type Db } from '#platform/db';
import { byHouse } from '#platform/trail';
import type { Ask, Effect } from '#pricing';
import { products } from '#stores/tables';
import { assign, createVoucher, findByCode, pauseVoucher, voidCode } from '#vouchers/server';
import { eq } from 'drizzle-orm';
import { aMember, anAsk, aSale, line, noConditions, openShop, percent, sell, type Shop } from './shop.ts';

/** A shop with one of everything that can be wrong with a right, a card or a product. */
export interface Furnished {
	shop: Shop;
	/** has 500 points */
	memberId: string;
	otherId: string;
	blockedId: string;
	vouchers: Record<VoucherName, string>;
	/** what the codes of two of them are, for scanning */
	codes: { assigned: string; shared: string };
	cards: Record<CardName, { id: string; code: string }>;
}

const voucherNames = [
	'fine',
	'expired',
	'early',
	'paused',
	'voided',
	'used',
	'usedUp',
	'perMember',
	'assigned',
	'elsewhere',
	'above',
	'foreign'
] as const;
type VoucherName = (typeof voucherNames)[number];
type CardName = 'fine' | 'inactive' | 'blocked' | 'expired' | 'foreign';

interface VoucherWish {
	effect?: Effect;
	currency?: string;
	startsAt?: Date;
	endsAt?: Date;
	usesPerCode?: number;
	usesPerMember?: number;
	minimumCents?: number;
	storeIds?: string[];
	forMemberId?: string;
}

async function aVoucher(
	db: Db,
	wish: VoucherWish,
	now: Date
): Promise<{ voucherId: string; id: string; code: string }> {
	return inTransaction(db, async (tx) => {
		const definition = {
			title: 'Ten percent',
			description: null,
			effect: wish.effect ?? percent(10),
			conditions: { ...noConditions, minimumCents: wish.minimumCents ?? 0, storeIds: wish.storeIds ?? [] },
			stacking: { kind: 'alone' } as const,
			validity: null,
			codeKind: wish.forMemberId ? ('unique' as const) : ('shared' as const),
			holding: wish.forMemberId ? ('assigned' as const) : ('open' as const),
			startsAt: wish.startsAt ?? null,
			endsAt: wish.endsAt ?? null,
			usesPerMember: wish.usesPerMember ?? null,
			usesPerCode: wish.usesPerCode ?? null
		};
		const made = await createVoucher(
			tx,
			{ definition, currency: wish.currency ?? 'EUR', sharedCode: null },
			byHouse,
			now
		);
		const [given] = wish.forMemberId
			? await assign(tx, { voucherId: made.id, memberIds: [wish.forMemberId] }, byHouse, now)
			: [{ code: made.sharedCode as string }];
		const code = (given as { code: string }).code;
		const id = (await findByCode(tx, code))?.code.id as string;
		return { voucherId: made.id, id, code };
	});
}

async function aCard(db: Db, wish: { currency?: string; active?: boolean; expiresAt?: Date }, now: Date) {
	const command = {
		cents: 5000,
		currency: wish.currency ?? 'EUR',
		memberId: null,
		active: wish.active ?? true,
		expiresAt: wish.expiresAt ?? null
	};
	const [card] = await inTransaction(db, (tx) => issue(tx, [command], now));
	if (!card?.ok) throw new Error('the card was not issued');
	return { id: card.id, code: card.code };
}

/** Opens the shop and fills it, an hour ago, so that nothing here happens in the future. */
export async function furnish(db: Db, now: Date): Promise<Furnished> {
	const before = later(now, -day);
	const shop = await openShop(db, before);
	const [memberId, otherId, blockedId] = [
		await aMember(db, before),
		await aMember(db, before),
		await aMember(db, before)
	];
	const { gone } = shop.products;
	const buy = async (wish: Partial<Ask>, cents: number) => {
		const ask = anAsk(memberId, [line('a', cents)], wish);
		const result = await sell(db, await aSale(db, shop, ask, before), before);
		if (!result.ok) throw new Error(`the shop could not be furnished: ${result.refusal.code}`);
	};
	await buy({}, 50_000);
	const made: Record<string, { voucherId: string; id: string; code: string }> = {
		fine: await aVoucher(db, {}, before),
		expired: await aVoucher(db, { endsAt: later(now, -1000) }, before),
		early: await aVoucher(db, { startsAt: later(now, day) }, before),
		paused: await aVoucher(db, {}, before),
		voided: await aVoucher(db, {}, before),
		used: await aVoucher(db, { usesPerCode: 1 }, before),
		usedUp: await aVoucher(db, { usesPerCode: 2 }, before),
		perMember: await aVoucher(db, { usesPerMember: 1 }, before),
		assigned: await aVoucher(db, { forMemberId: otherId, usesPerCode: 1 }, before),
		elsewhere: await aVoucher(db, { storeIds: [shop.otherStoreId] }, before),
		above: await aVoucher(db, { minimumCents: 100_000 }, before),
		foreign: await aVoucher(db, { currency: 'USD', effect: { kind: 'amount', cents: 100 } }, before)
	};
	const idOf = (name: VoucherName): string => made[name]?.id as string;
	for (const name of ['used', 'usedUp', 'usedUp', 'perMember'] as const) await buy({ rightIds: [idOf(name)] }, 1000);
	await inTransaction(db, async (tx) => {
		await pauseVoucher(tx, { id: made.paused?.voucherId as string }, byHouse, before);
		await voidCode(tx, { codeId: idOf('voided'), reason: 'lost' }, byHouse, before);
		await tx.update(products).set({ archivedAt: before }).where(eq(products.id, gone.id));
	});
	const cards = {
		fine: await aCard(db, {}, before),
		inactive: await aCard(db, { active: false }, before),
		blocked: await aCard(db, {}, before),
		expired: await aCard(db, { expiresAt: later(now, -1000) }, before),
		foreign: await aCard(db, { currency: 'USD' }, before)
	};
	await db.update(giftCards).set({ blockedAt: before }).where(eq(giftCards.id, cards.blocked.id));
	await db.execute(`update members set blocked_at = now() where id = '${blockedId}'`);
	return {
		shop,
		memberId,
		otherId,
		blockedId,
		vouchers: Object.fromEntries(voucherNames.map((name) => [name, idOf(name)])) as Record<VoucherName, string>,
		codes: { assigned: made.assigned?.code as string, shared: made.fine?.code as string },
		cards
	};
}

/** What is wrong, the ask, and how it is refused. The form of an ask is not promised here: some have none. */
export type BadAsk = [what: string, ask: unknown, code: string];

const nowhere = newId('product');

/** Baskets that no till would send and every server gets. */
export function badBaskets({ shop }: Furnished): BadAsk[] {
	const { coffee, cheese, gone } = shop.products;
	const lines = (...given: unknown[]) => ({ ...anAsk(null, []), basket: { currency: 'EUR', lines: given } });
	const amount = (unitCents: unknown) => lines({ ...line('a', 1), unitCents });
	const quantity = (thousandths: unknown, product = coffee) => lines({ ...line('a', product), quantity: thousandths });
	const many = (count: number) => lines(...Array.from({ length: count }, (_, n) => line(`l${n}`, coffee)));
	return [
		['nothing in it', lines(), 'basket.empty'],
		['an amount below zero', amount(-500), 'basket.amount_invalid'],
		['an amount of zero', amount(0), 'basket.amount_invalid'],
		['half a cent', amount(99.5), 'basket.amount_invalid'],
		['more than a line can cost', amount(10_000_000_001), 'basket.amount_invalid'],
		['an amount beyond exact numbers', amount(2 ** 60), 'basket.amount_invalid'],
		['an amount that is a text', amount('500'), 'input.invalid'],
		['an amount that is missing', amount(null), 'input.invalid'],
		['a negative quantity', quantity(-1000), 'basket.quantity_invalid'],
		['a quantity of zero', quantity(0), 'basket.quantity_invalid'],
		['part of a gram', quantity(1000.5, cheese), 'basket.quantity_invalid'],
		['half a piece', quantity(500), 'basket.pieces_not_whole'],
		['more pieces than there are', quantity(1_000_000_001_000), 'basket.quantity_invalid'],
		['a line that costs too much', lines({ ...line('a', 9_999_999_999), quantity: 9000 }), 'basket.too_large'],
		[
			'lines that cost too much together',
			lines(...Array.from({ length: 11 }, (_, n) => line(`l${n}`, 10_000_000_000))),
			'basket.too_large'
		],
		[
			'another currency',
			{ ...anAsk(null, []), basket: { currency: 'USD', lines: [line('a', 500)] } },
			'basket.currency_other'
		],
		[
			'a currency that is none',
			{ ...anAsk(null, []), basket: { currency: '€€€', lines: [line('a', 500)] } },
			'basket.currency_other'
		],
		['an unknown product', lines(line('a', { id: nowhere, cents: 350 })), 'basket.product_unknown'],
		[
			'a product named like a part of the language',
			lines(line('a', { id: '__proto__', cents: 1 })),
			'basket.product_unknown'
		],
		['a product no longer sold', lines(line('a', gone)), 'basket.product_archived'],
		['one line twice', lines(line('a', coffee), line('a', coffee)), 'basket.line_repeated'],
		['501 lines', many(501), 'basket.too_many_lines'],
		['10,000 lines', many(10_000), 'basket.too_many_lines'],
		['a name with a character no database keeps', lines({ ...line('a', 500), name: 'Bread\u0000' }), 'input.invalid'],
		['a name cut in the middle of a character', lines({ ...line('a', 500), name: 'Bread \ud83c' }), 'input.invalid'],
		['an id with a character no database keeps', lines(line('a', { id: 'prd\u0000', cents: 1 })), 'input.invalid'],
		['a name without an end', lines({ ...line('a', 500), name: 'x'.repeat(100_000) }), 'input.invalid'],
		['a field that nobody knows', { ...anAsk(null, [line('a', coffee)]), discountCents: 350 }, 'input.invalid'],
		[
			'lines that are no list',
			{ ...anAsk(null, []), basket: { currency: 'EUR', lines: { length: 3 } } },
			'input.invalid'
		]
	];
}

/** Members, rights, cards and points that do not go with a basket that is all right. */
export function badWishes({ shop, memberId, blockedId, vouchers, cards }: Furnished): BadAsk[] {
	const { coffee } = shop.products;
	const wish = (more: Record<string, unknown>, of: string | null = memberId) => ({
		...anAsk(of, [line('a', coffee, 3000)]),
		...more
	});
	const right = (...rightIds: string[]) => wish({ rightIds });
	const card = (id: string, cents: unknown = null) => wish({ giftCards: [{ id, cents }] });
	return [
		['a member whom nobody knows', wish({}, newId('member')), 'member.unknown'],
		['a member’s id with a character no database keeps', wish({}, 'mem_\u0000'), 'input.invalid'],
		['a blocked member who pays with points', wish({ points: 100 }, blockedId), 'member.blocked'],
		['an unknown voucher', right('vco_0'), 'voucher.unknown'],
		['an expired voucher', right(vouchers.expired), 'voucher.expired'],
		['a voucher before its time', right(vouchers.early), 'voucher.not_yet'],
		['a paused voucher', right(vouchers.paused), 'voucher.paused'],
		['a voided voucher', right(vouchers.voided), 'voucher.voided'],
		['a voucher that was used', right(vouchers.used), 'voucher.already_used'],
		['a voucher used as often as it may be', right(vouchers.usedUp), 'voucher.used_up'],
		['a voucher this member has used', right(vouchers.perMember), 'voucher.used_by_member'],
		['a voucher of somebody else', right(vouchers.assigned), 'voucher.other_member'],
		[
			'a voucher of somebody, brought by nobody we know',
			wish({ rightIds: [vouchers.assigned] }, null),
			'voucher.needs_member'
		],
		['a voucher of another store', right(vouchers.elsewhere), 'voucher.other_store'],
		['a voucher for a larger basket', right(vouchers.above), 'voucher.below_minimum'],
		['a voucher in another currency', right(vouchers.foreign), 'voucher.currency_other'],
		['one voucher twice', right(vouchers.fine, vouchers.fine), 'voucher.repeated'],
		['an unknown gift card', card('gft_0'), 'gift_card.unknown'],
		['a gift card not yet active', card(cards.inactive.id), 'gift_card.inactive'],
		['a blocked gift card', card(cards.blocked.id), 'gift_card.blocked'],
		['an expired gift card', card(cards.expired.id), 'gift_card.expired'],
		['a gift card in another currency', card(cards.foreign.id), 'gift_card.currency_other'],
		['more than is on the gift card', card(cards.fine.id, 5001), 'gift_card.too_little'],
		['more than is left to pay', card(cards.fine.id, 1051), 'gift_card.nothing_left_to_pay'],
		['a negative charge', card(cards.fine.id, -100), 'gift_card.amount_invalid'],
		['a charge of half a cent', card(cards.fine.id, 0.5), 'gift_card.amount_invalid'],
		['a charge beyond exact numbers', card(cards.fine.id, 2 ** 60), 'gift_card.amount_invalid'],
		[
			'one gift card twice',
			wish({ giftCards: [1, 2].map(() => ({ id: cards.fine.id, cents: 100 })) }),
			'gift_card.repeated'
		],
		['points below zero', wish({ points: -100 }), 'points.amount_invalid'],
		['half a point', wish({ points: 100.5 }), 'points.amount_invalid'],
		['points beyond exact numbers', wish({ points: 2 ** 60 }), 'points.amount_invalid'],
		['more points than there are', wish({ points: 100_000 }), 'points.too_few'],
		[
			'points for a basket that costs less',
			{ ...anAsk(memberId, [line('a', 99)]), points: 100 },
			'points.total_too_small'
		],
		['points that are no step', wish({ points: 150 }), 'points.not_a_step'],
		['points of nobody', wish({ points: 100 }, null), 'points.no_member'],
		['all of them as a word', wish({ points: 'all' }), 'input.invalid']
	];
}
