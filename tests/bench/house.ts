import { randomInt } from 'node:crypto';
import { preview } from '#checkout/server';
import { must } from '#core/must';
import { createCashier, enrol, makeEnrolmentCode, signInAtTill } from '#identity/server';
import { inTransaction, type Db } from '#platform/db';
import { byHouse } from '#platform/trail';
import { quote, type Ask, type BasketLine, type Facts } from '#pricing';
import { createProduct, createTaxClass } from '#stores/server';
import { createVoucher, makeCodes } from '#vouchers/server';
import { aDefinition, anAsk, line, openShop } from '../support/shop.ts';
import { fillWallets, wallet, walletOf } from './wallets.ts';

/** A sale as a till sends it: asked for, quoted, agreed to. */
export interface ReadySale {
	key: string;
	ask: Ask;
	fingerprint: string;
}

/** A tablet with somebody at it. */
export interface ReadyTill {
	deviceId: string;
	storeId: string;
	staffId: string;
	token: string;
}

const { currency } = wallet;
const productCount = 60;
const linesPerSale = 5;
/** what each sale takes from a gift card */
const charge = 100;
/** one member in so many is a hot one */
const hotShare = 100;
/** codes made in one transaction */
const chunk = 5000;
const codesPerVoucher = 500_000;

/** Who buys: anybody, or only the hot hundredth of the members. */
export type Crowding = 'uniform' | 'hot';

/** Codes that were made one after the other are not used one after the other. */
function shuffled(codeIds: string[]): string[] {
	for (let place = codeIds.length - 1; place > 0; place--) {
		const other = randomInt(place + 1);
		[codeIds[place], codeIds[other]] = [codeIds[other] as string, codeIds[place] as string];
	}
	return codeIds;
}

/** The shop that is measured: products, tills, members with their wallets, and a pool of codes, one for each sale. */
export class House {
	readonly members: number;
	readonly storeId: string;
	readonly tills: ReadyTill[] = [];
	readonly #db: Db;
	readonly #products: { id: string; cents: number }[];
	readonly #stock: Record<Crowding, ReadySale[]> = { uniform: [], hot: [] };
	#voucher = { id: '', codesLeft: 0 };
	/** what a till knows when it quotes; each sale puts its own member, code and card there */
	#facts: Facts | null = null;

	private constructor(db: Db, storeId: string, products: { id: string; cents: number }[], members: number) {
		this.#db = db;
		this.storeId = storeId;
		this.#products = products;
		this.members = members;
	}

	/** @param tills how many tablets to enrol */
	static async open(db: Db, { members: count, tills }: { members: number; tills: number }, now: Date): Promise<House> {
		const { storeId, categories } = await openShop(db, now);
		const products = await inTransaction(db, async (tx) => {
			await createTaxClass(tx, { name: 'Full', ratePcm: 19_000, ordinary: true }, now);
			const made: { id: string; cents: number }[] = [];
			for (let n = 0; n < productCount; n++) {
				const priceCents = 99 + 40 * n;
				const product = {
					categoryId: categories.food,
					name: `Product ${n + 1}`,
					barcode: null,
					unit: 'piece' as const
				};
				const { id } = await createProduct(tx, { ...product, priceCents, costCents: Math.floor(priceCents / 2) }, now);
				made.push({ id, cents: priceCents });
			}
			return made;
		});
		await fillWallets(db, count, now);
		const house = new House(db, storeId, products, count);
		await house.#openTills(tills, now);
		return house;
	}

	async #openTills(count: number, now: Date): Promise<void> {
		const [db, storeId, pin] = [this.#db, this.storeId, '739182'];
		const cashier = { name: 'Cashier', pin, storeIds: null };
		const { staffId } = await inTransaction(db, (tx) => createCashier(tx, cashier, now));
		const openTill = async (n: number): Promise<ReadyTill> => {
			const wish = { storeId, name: `Till ${n}`, by: staffId };
			const { code } = await inTransaction(db, (tx) => makeEnrolmentCode(tx, wish, now));
			const { deviceId, token } = await enrol(db, { code, ip: `192.0.2.${n}` }, now);
			await signInAtTill(db, { till: { kind: 'till', deviceId, storeId, staff: null }, staffId, pin }, now);
			return { deviceId, storeId, staffId, token };
		};
		this.tills.push(...(await Promise.all(Array.from({ length: count }, (_, n) => openTill(n + 1)))));
	}

	/** Somebody, by their place among the members. */
	shopper(crowding: Crowding = 'uniform'): number {
		return randomInt(crowding === 'uniform' ? this.members : Math.max(1, Math.floor(this.members / hotShare)));
	}

	/** Makes sure that so many sales are ready to be committed. */
	async stock(count: number, now: Date, crowding: Crowding = 'uniform'): Promise<void> {
		const stock = this.#stock[crowding];
		while (stock.length < count) {
			for (const codeId of await this.#codes(Math.min(chunk, count - stock.length), now))
				stock.push(await this.#ready(codeId, this.shopper(crowding), now));
		}
	}

	/** Codes of a pool, each good for one use. */
	async #codes(count: number, now: Date): Promise<string[]> {
		return inTransaction(this.#db, async (tx) => {
			if (this.#voucher.codesLeft < count) {
				const definition = aDefinition({ title: 'A tenth off' });
				const { id } = await createVoucher(tx, { definition, currency, sharedCode: null }, byHouse, now);
				this.#voucher = { id, codesLeft: codesPerVoucher };
				this.#facts = null;
			}
			this.#voucher.codesLeft -= count;
			return shuffled((await makeCodes(tx, { voucherId: this.#voucher.id, count }, byHouse, now)).map(({ id }) => id));
		});
	}

	/** A basket of different products. */
	basket(): BasketLine[] {
		const lines = new Map<string, BasketLine>();
		while (lines.size < linesPerSale) {
			const product = this.#products[randomInt(this.#products.length)] as { id: string; cents: number };
			if (!lines.has(product.id)) lines.set(product.id, line(String(lines.size), product, randomInt(1, 4) * 1000));
		}
		return [...lines.values()];
	}

	/** What the nth member asks for: five products, partly paid with their gift card. */
	ask(shopper: number, rightIds: string[]): Ask {
		const giftCards = [{ id: walletOf.cardId(shopper), cents: charge }];
		return anAsk(walletOf.memberId(shopper), this.basket(), { rightIds, giftCards });
	}

	/** A sale for somebody, quoted as a till quotes: from facts, in memory. */
	async #ready(codeId: string, shopper: number, now: Date): Promise<ReadySale> {
		const ask = this.ask(shopper, [codeId]);
		const shown = quote(ask, await this.#factsFor(ask, now), now);
		must(shown.problems.length === 0 && shown.refused.length === 0, 'a sale of the benchmark is in order');
		return { key: `bench-${codeId}`, ask, fingerprint: shown.fingerprint };
	}

	async #factsFor(ask: Ask, now: Date): Promise<Facts> {
		if (!this.#facts) {
			const everything = this.#products.map((product, n) => line(String(n), product));
			const wanted = { ask: { ...ask, basket: { currency, lines: everything } }, storeId: this.storeId };
			const shown = await preview(this.#db, wanted, now);
			must(shown.ok, 'the shop can be quoted');
			this.#facts = shown.facts;
		}
		const { member, rights, giftCards, ...rest } = this.#facts;
		const [right, card] = [rights[0], giftCards[0]];
		must(member && right && card, 'a member, a voucher and a card were asked for');
		return {
			...rest,
			member: { ...member, id: ask.memberId as string },
			rights: [{ ...right, id: ask.rightIds[0] as string }],
			giftCards: [{ ...card, id: ask.giftCards[0]?.id as string }]
		};
	}

	/** The next sale; undefined: the stock is sold out. */
	take(crowding: Crowding = 'uniform'): ReadySale | undefined {
		return this.#stock[crowding].pop();
	}
}
