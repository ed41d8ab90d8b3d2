import { newId } from '#core/ids';
import { day, hour, later } from '#core/time';
import { commitSales, undoSales, type SaleCommand } from '#checkout/server';
import { newsWording, programmeWording } from '#customers';
import { join } from '#customers/server';
import { issue } from '#giftcards/server';
import { createCashier, inviteStaff } from '#identity/server';
import { inTransaction, type Db } from '#platform/db';
import { byHouse } from '#platform/trail';
import type { PointType } from '#pricing';
import { createCategory, createProduct, createStore, createTaxClass, foundProgramme } from '#stores/server';
import { defaultRules } from '#stores';
import { assign, createVoucher, findByCode, makeCodes } from '#vouchers/server';
import { lifeOf, visitsOf, type Life, type Visit } from './buying.ts';
import { catalogue, places, shop, taxClasses, taxedInFull, type DemoProduct } from './catalogue.ts';
import { Chance } from './chance.ts';
import { formGroups } from './groups.ts';
import { house, personOf } from './people.ts';
import { demoVouchers } from './vouchers.ts';

/**
 * The demo shop: drawn from one seed and therefore the same every time (but for ids, random codes and the day it ends
 * on), and made through the same verbs as a till uses, so that its ledger is as clean as a real one.
 */
export const demoMembers = 2000;
const seed = 20_260_101;
/** sales committed together: what a busy till hall sends at once */
const batch = 64;

/** The first member is the one to sign in as: comes often, and has an unused voucher of each kind and a full gift card. */
const regular: Life = { joinedDaysAgo: 320, ratePerDay: 1 / 9, leavesAfterDays: 9999, meanLines: 4, large: false };

interface Shelf extends DemoProduct {
	id: string;
	categoryId: string;
}

interface Ground {
	stores: { id: string; share: number }[];
	shelves: Shelf[];
	cashiers: string[];
}

interface DemoMember {
	id: string;
	life: Life;
	storeId: string;
	/** cards and codes in the wallet, used up in turn */
	cardIds: string[];
	codeIds: string[];
	/** whether this member likes to pay with points */
	spends: boolean;
}

export interface SeedOptions {
	now: Date;
	say: (sentence: string) => void;
	signal: AbortSignal;
	members?: number;
}

/** One stamp for each purchase that is worth it: a type of points beside those that pay. */
const stamps = (at: Date): PointType => ({
	id: newId('pointType', at),
	name: 'Stamps',
	earn: { kind: 'visit', points: 1, leastCents: 300 },
	expiry: { days: 365, rounding: 'month', monthDay: null },
	archived: false
});

/** Fills an empty database. Interrupted, it leaves a part behind: the caller clears that before it is called again. */
export async function seedShop(db: Db, { now, say, signal, members: count = demoMembers }: SeedOptions): Promise<void> {
	const chance = new Chance(seed);
	const opened = later(now, -366 * day);
	const ground = await layGround(db, opened);
	const lives = Array.from({ length: count }, (_, number) => (number === 0 ? regular : lifeOf(chance)));
	say(`Demo shop: ${count} members join …`);
	const members = await joinAll(db, ground, lives, now, chance, signal);
	await giveAway(db, ground, members, opened, now, chance);
	const visits = lives
		.flatMap((life, number) => visitsOf(number, life, now, shop.timeZone, chance))
		.sort((a, b) => a.at.getTime() - b.at.getTime() || a.member - b.member);
	let told = 0;
	for (let from = 0; from < visits.length; from += batch) {
		signal.throwIfAborted();
		await sellBatch(db, ground, members, visits.slice(from, from + batch), chance);
		const percent = Math.floor(((from + batch) / visits.length) * 100);
		if (percent >= told + 20) say(`Demo shop: a year of purchases, ${Math.min(100, (told += 20))} %`);
	}
	const together = members.slice(1, 6).map(({ id }) => id);
	await formGroups(db, together, now);
}

async function layGround(db: Db, at: Date): Promise<Ground> {
	return inTransaction(db, async (tx) => {
		const stores: Ground['stores'] = [];
		const { timeZone, currency } = shop;
		for (const { name, city, address, weekly, share } of places) {
			const hours = { weekly, exceptions: [] };
			const { id } = await createStore(tx, { name, city, address, hours, timeZone, currency }, at);
			stores.push({ id, share });
		}
		const full = await createTaxClass(tx, taxClasses.full, at);
		const food = await createTaxClass(tx, taxClasses.food, at);
		const shelves: Shelf[] = [];
		let number = 400_000_000_000;
		for (const [position, { category, brand = null, products }] of catalogue.entries()) {
			const taxClassId = (taxedInFull.includes(category) ? full : food).id;
			const { id: categoryId } = await createCategory(tx, { name: category, position }, at);
			for (const product of products) {
				const { id } = await createProduct(
					tx,
					{
						categoryId,
						name: product.name,
						barcode: product.kilogram ? null : ean13(String((number += 137))),
						unit: product.kilogram ? 'kilogram' : 'piece',
						priceCents: product.cents,
						costCents: product.cost,
						brand,
						taxClassId
					},
					at
				);
				shelves.push({ ...product, id, categoryId });
			}
		}
		const deposits = shelves.filter((shelf) => catalogue.at(-1)?.products.some(({ name }) => name === shelf.name));
		const { earn } = defaultRules;
		const excludedCategoryIds = [...new Set(deposits.map((shelf) => shelf.categoryId))];
		const rules = { ...defaultRules, earn: { ...earn, excludedCategoryIds }, types: [stamps(at)] };
		await foundProgramme(tx, { ...shop, rules }, at);
		for (const role of ['owner', 'manager'] as const)
			await inviteStaff(tx, { ...house[role], role, password: house.password, storeIds: null }, at);
		const cashiers: string[] = [];
		for (const cashier of house.cashiers)
			cashiers.push((await createCashier(tx, { ...cashier, storeIds: null }, at)).staffId);
		return { stores, shelves, cashiers };
	});
}

/** The check digit behind twelve digits: GS1 General Specifications. */
export function ean13(digits: string): string {
	const total = [...digits].reduce((sum, digit, place) => sum + Number(digit) * (place % 2 === 0 ? 1 : 3), 0);
	return digits + ((10 - (total % 10)) % 10);
}

async function joinAll(
	db: Db,
	ground: Ground,
	lives: Life[],
	now: Date,
	chance: Chance,
	signal: AbortSignal
): Promise<DemoMember[]> {
	// Everything is drawn first: the joining runs side by side, and chance must not hear in which order.
	const people = lives.map((life, place) => ({
		...personOf(place + 1, chance),
		consent: { programme: programmeWording, news: chance.yes(0.6) ? newsWording : null },
		at: later(now, -life.joinedDaysAgo * day),
		storeId: chance.weighted(ground.stores, (store) => store.share).id,
		spends: chance.yes(0.45)
	}));
	const parts = Array.from({ length: 8 }, (_, part) => people.filter((_, place) => place % 8 === part));
	const joined = await Promise.all(
		parts.map((part) =>
			inTransaction(db, async (tx) => {
				const ids: string[] = [];
				for (const { name, email, language, consent, at } of part) {
					signal.throwIfAborted();
					ids.push((await join(tx, { name, email, language, consent }, at)).member.id);
				}
				return ids;
			})
		)
	);
	return people.map(({ storeId, spends }, place) => ({
		id: joined[place % 8]?.[Math.floor(place / 8)] as string,
		life: lives[place] as Life,
		storeId,
		cardIds: [],
		codeIds: [],
		spends
	}));
}

/** handed out today, to the member one signs in as */
const newer = new Set(['beans', 'sweets', 'bakery', 'delivery']);

/** Vouchers and gift cards, most of them early, so that the year's purchases use some of them. */
async function giveAway(
	db: Db,
	ground: Ground,
	members: DemoMember[],
	opened: Date,
	now: Date,
	chance: Chance
): Promise<void> {
	const category = (name: string) => {
		const names = new Set(catalogue.find((one) => one.category === name)?.products.map((product) => product.name));
		return ground.shelves.find((shelf) => names.has(shelf.name))?.categoryId as string;
	};
	const product = (name: string) => ground.shelves.find((shelf) => shelf.name === name)?.id as string;
	await inTransaction(db, async (tx) => {
		for (const { key, sharedCode, ...written } of demoVouchers({ category, product }, now)) {
			const definition = { stacking: { kind: 'alone' } as const, validity: null, ...written };
			const voucher = await createVoucher(tx, { definition, currency: shop.currency, sharedCode }, byHouse, opened);
			if (key === 'croissant') await makeCodes(tx, { voucherId: voucher.id, count: 200 }, byHouse, opened);
			if (key === 'welcome') {
				const found = await findByCode(tx, sharedCode as string);
				if (found) for (const member of members.slice(1)) if (chance.yes(0.5)) member.codeIds.push(found.code.id);
			}
			const first = members[0]?.id;
			if (newer.has(key) && first) await assign(tx, { voucherId: voucher.id, memberIds: [first] }, byHouse, now);
			if (key !== 'coffee' && key !== 'thanks') continue;
			const takers = members.filter((_, number) => chance.yes(key === 'coffee' ? 0.4 : 0.15) || number === 0);
			const given = await assign(tx, { voucherId: voucher.id, memberIds: takers.map(({ id }) => id) }, byHouse, opened);
			for (const [place, one] of given.entries()) {
				const taker = takers[place];
				if ('codeId' in one && chance.yes(0.5) && taker !== members[0]) taker?.codeIds.push(one.codeId);
			}
		}
	});
	const owners = members.filter((_, number) => chance.yes(0.06) || number === 0);
	const cards = owners.map(({ id }, place) => ({
		cents: place === 0 ? 5000 : chance.pick([1000, 2500, 2500, 5000, 10000]),
		currency: shop.currency,
		memberId: id,
		active: true,
		expiresAt: later(now, 3 * 365 * day)
	}));
	const plastic = Array.from({ length: 40 }, () => ({
		cents: chance.pick([2500, 5000]),
		currency: shop.currency,
		memberId: null,
		active: chance.yes(0.7),
		expiresAt: later(now, 3 * 365 * day)
	}));
	await inTransaction(db, async (tx) => {
		const issued = await issue(tx, cards, opened);
		for (const [place, card] of issued.entries())
			if (card.ok && owners[place] !== members[0]) owners[place]?.cardIds.push(card.id);
		await issue(tx, plastic, later(opened, 30 * day));
	});
}

/** One basket as this member fills it. */
function basketOf(ground: Ground, visit: Visit, chance: Chance): SaleCommand['ask']['basket'] {
	const taken = new Map<string, number>();
	for (let i = 0; i < visit.lines; i++) {
		const shelf = chance.weighted(ground.shelves, ({ weight }) => weight);
		const quantity = shelf.kilogram ? chance.whole(8, 60) * 20 : chance.weighted([1, 2, 3], (n) => 4 ** (3 - n)) * 1000;
		taken.set(shelf.id, (taken.get(shelf.id) ?? 0) + quantity);
	}
	return {
		currency: shop.currency,
		lines: [...taken].map(([productId, quantity], place) => ({
			key: String(place),
			productId,
			name: null,
			categoryId: null,
			quantity,
			unitCents: ground.shelves.find((shelf) => shelf.id === productId)?.cents ?? 0
		}))
	};
}

/** Sells to everybody of the batch; a voucher that does not fit the basket stays in the wallet. Some bring goods back. */
async function sellBatch(
	db: Db,
	ground: Ground,
	members: DemoMember[],
	visits: Visit[],
	chance: Chance
): Promise<void> {
	const at = (visits.at(-1) as Visit).at;
	const commands = visits.map((visit, place): SaleCommand => {
		const member = members[visit.member] as DemoMember;
		const store = chance.yes(0.9) ? member.storeId : chance.pick(ground.stores).id;
		const rightId = member.codeIds.length > 0 && chance.yes(0.3) ? member.codeIds.shift() : undefined;
		return {
			caller: 'house',
			key: `demo-${visit.member}-${visit.at.getTime()}-${place}`,
			storeId: store,
			deviceId: null,
			staffId: chance.pick(ground.cashiers),
			happenedAt: visit.at,
			fingerprint: null,
			ask: {
				memberId: member.id,
				basket: basketOf(ground, visit, chance),
				rightIds: rightId ? [rightId] : [],
				giftCards:
					member.cardIds.length > 0 && chance.yes(0.35) ? [{ id: member.cardIds[0] as string, cents: null }] : [],
				points: member.spends && chance.yes(0.25) && member !== members[0] ? 'most' : 0
			}
		};
	});
	const answers = await inTransaction(db, (tx) => commitSales(tx, commands, at));
	const refused = commands.filter((_, place) => answers[place]?.ok === false);
	if (refused.length > 0) {
		const plain = refused.map((command) => ({ ...command, ask: { ...command.ask, rightIds: [], giftCards: [] } }));
		for (const answer of await inTransaction(db, (tx) => commitSales(tx, plain, at)))
			if (!answer.ok) throw new Error(`the demo shop refused its own sale: ${answer.refusal.code}`);
	}
	const returned = answers.flatMap((answer) => (answer.ok && chance.yes(0.012) ? [answer.receipt] : []));
	if (returned.length === 0) return;
	const given = returned.map((receipt) => ({
		caller: 'house',
		key: `demo-return-${receipt.number}`,
		storeId: receipt.storeId,
		deviceId: null,
		staffId: chance.pick(ground.cashiers),
		receiptId: receipt.id,
		lines: [{ position: 0, quantity: receipt.lines[0]?.quantity ?? 0 }],
		reason: null
	}));
	await inTransaction(db, (tx) => undoSales(tx, given, later(at, hour / 4)));
}
