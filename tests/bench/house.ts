import { randomInt } from 'node:crypto';
import { preview } from '#checkout/server';
import { randomBody } from '#core/codes';
import { newId } from '#core/ids';
import { must } from '#core/must';
import { members } from '#customers/tables';
import { issue } from '#giftcards/server';
import { createCashier, enrol, makeEnrolmentCode, signInAtTill } from '#identity/server';
import { insertRows } from '#platform/bulk';
import { inTransaction, sqlOf, type Db } from '#platform/db';
import { byHouse } from '#platform/trail';
import { quote, type Ask, type BasketLine, type Facts } from '#pricing';
import { createProduct, createTaxClass } from '#stores/server';
import { createVoucher, makeCodes } from '#vouchers/server';
import { aDefinition, anAsk, line, openShop } from '../support/shop.ts';

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

const currency = 'EUR';
const productCount = 60;
const linesPerSale = 5;
/** what each sale takes from a gift card, and what is on one: nobody runs dry */
const charge = 100;
const cardCents = 10_000_000;
/** rows or codes made in one transaction */
const chunk = 5000;
const codesPerVoucher = 500_000;

/** The shop that is measured: products, tills, members with a gift card each, and vouchers, one code for each sale. */
export class House {
	readonly #db: Db;
	readonly tills: ReadyTill[] = [];
	readonly #storeId: string;
	readonly #products: { id: string; cents: number }[];
	readonly #memberIds: string[] = [];
	readonly #cardIds: string[] = [];
	readonly #stock: ReadySale[] = [];
	#voucher = { id: '', codesLeft: 0 };
	/** what a till knows when it quotes; each sale puts its own member, code and card there */
	#facts: Facts | null = null;

	private constructor(db: Db, storeId: string, products: { id: string; cents: number }[]) {
		this.#db = db;
		this.#storeId = storeId;
		this.#products = products;
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
		const house = new House(db, storeId, products);
		await house.#openTills(tills, now);
		for (let made = 0; made < count; made += chunk) await house.#welcome(Math.min(chunk, count - made), now);
		return house;
	}

	async #openTills(count: number, now: Date): Promise<void> {
		const [db, storeId, pin] = [this.#db, this.#storeId, '739182'];
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

	/** Members who joined, each with a gift card. */
	async #welcome(count: number, now: Date): Promise<void> {
		const first = this.#memberIds.length + 1;
		const people = Array.from({ length: count }, (_, n) => ({
			id: newId('member', now),
			number: randomBody(10),
			name: `Shopper ${first + n}`,
			email: `shopper${first + n}@bench.example`,
			language: 'en',
			createdAt: now,
			joinedAt: now
		}));
		await inTransaction(this.#db, async (tx) => {
			await insertRows(sqlOf(tx), members, people);
			const card = { cents: cardCents, currency, active: true, expiresAt: null };
			const cards = people.map(({ id }) => ({ ...card, memberId: id }));
			for (const issued of await issue(tx, cards, now)) {
				must(issued.ok, 'a card for a member can be issued');
				this.#cardIds.push(issued.id);
			}
		});
		this.#memberIds.push(...people.map(({ id }) => id));
	}

	/** Makes sure that so many sales are ready to be committed. */
	async stock(count: number, now: Date): Promise<void> {
		while (this.#stock.length < count) {
			for (const codeId of await this.#codes(Math.min(chunk, count - this.#stock.length), now))
				this.#stock.push(await this.#ready(codeId, now));
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
			return (await makeCodes(tx, { voucherId: this.#voucher.id, count }, byHouse, now)).map(({ id }) => id);
		});
	}

	/** A basket of different products for somebody, quoted as a till quotes: from facts, in memory. */
	async #ready(codeId: string, now: Date): Promise<ReadySale> {
		const shopper = randomInt(this.#memberIds.length);
		const [memberId, cardId] = [this.#memberIds[shopper] as string, this.#cardIds[shopper] as string];
		const lines = new Map<string, BasketLine>();
		while (lines.size < linesPerSale) {
			const product = this.#products[randomInt(this.#products.length)] as { id: string; cents: number };
			if (!lines.has(product.id)) lines.set(product.id, line(String(lines.size), product, randomInt(1, 4) * 1000));
		}
		const ask = anAsk(memberId, [...lines.values()], {
			rightIds: [codeId],
			giftCards: [{ id: cardId, cents: charge }]
		});
		const shown = quote(ask, await this.#factsFor(ask, now), now);
		must(shown.problems.length === 0 && shown.refused.length === 0, 'a sale of the benchmark is in order');
		return { key: `bench-${codeId}`, ask, fingerprint: shown.fingerprint };
	}

	async #factsFor(ask: Ask, now: Date): Promise<Facts> {
		if (!this.#facts) {
			const everything = this.#products.map((product, n) => line(String(n), product));
			const wanted = { ask: { ...ask, basket: { currency, lines: everything } }, storeId: this.#storeId };
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
	take(): ReadySale | undefined {
		return this.#stock.pop();
	}
}
