import { present } from '#core/must';
import type { RefusalData } from '#core/refusal';
import { customersRefusals } from '#customers';
import { MembersMerged } from '#customers/server';
import { accountNames } from '#ledger';
import { forgetOwners, openBook, type Book } from '#ledger/server';
import { CardDesk, cardRules, loadCards } from '#giftcards/server';
import { listOf } from '#platform/bulk';
import { sqlOf, type Raw, type Reads } from '#platform/db';
import type { Ask, Facts, GiftCardFact, MemberFact, ProductFact, ProgrammeRules } from '#pricing';
import { storesRefusals, storeTaxes } from '#stores';
import { loadCodes, VoucherBook, type CodeFact, type Holder } from '#vouchers/server';

/** What one quote needs besides its ask. */
export interface Wanted {
	ask: Ask;
	storeId: string;
	/** whose basket it is: what is held for it counts as free; absent: nobody's */
	holder?: Holder;
	/** also when the member's points end and come; a quote does not ask */
	dates?: boolean;
}

/** The same for who took their place, where a member was merged. */
export const askedAnew = <T extends { ask: Ask }>(wanted: T, into: ReadonlyMap<string, string>): T => {
	const { memberId } = wanted.ask;
	const kept = memberId === null ? undefined : into.get(memberId);
	return kept === undefined ? wanted : { ...wanted, ask: { ...wanted.ask, memberId: kept } };
};

interface MemberRow {
	id: string;
	joined_at: string | null;
	blocked_at: string | null;
	erased_at: string | null;
	merged_into: string | null;
}

interface StoreRow {
	id: string;
	name: string;
	currency: string;
	time_zone: string;
	prices_include_tax: boolean;
	archived_at: string | null;
}

/** As JSON gives it. */
type TaxRow = Parameters<typeof storeTaxes>[0][number];

interface HouseRow {
	currency: string;
	time_zone: string;
	rules: ProgrammeRules;
	taxes: TaxRow[] | null;
	stores: StoreRow[] | null;
	products: ProductFact[] | null;
}

/** As all quotes of a batch may know it. */
const storeOf = ({ id, name, currency, time_zone, prices_include_tax }: StoreRow, taxes: readonly TaxRow[]) => ({
	name,
	fact: {
		...{ id, currency, timeZone: time_zone },
		...(taxes.length > 0 ? { taxes: storeTaxes(taxes, prices_include_tax) } : {})
	}
});

/** What the house says: its programme, its taxes, these stores and products. One statement: a lone sale pays for each. */
async function readHouse(sql: Raw, storeIds: readonly string[], productIds: readonly string[]): Promise<HouseRow> {
	const [row] = await sql.unsafe<HouseRow[]>(
		`select currency, time_zone, rules, (
			select json_agg(json_build_object('id', id, 'name', name, 'ratePcm', rate_pcm, 'ordinary', ordinary)
				order by position, name)
			from tax_classes where archived_at is null
		) as taxes, (
			select json_agg(s) from (
				select id, name, currency, time_zone, prices_include_tax, archived_at from stores where id = any($1::text[])
			) s
		) as stores, (
			select json_agg(p) from (
				select id, name, category_id as "categoryId", unit, price_cents as "priceCents", cost_cents as "costCents",
					tax_class_id as "taxId", archived_at is not null as archived
				from products where id = any($2::text[])
			) p
		) as products
		from programmes limit 1`,
		[listOf(storeIds), listOf(productIds)],
		{ prepare: true }
	);
	return present(row, 'the house has a programme');
}

const unique = (texts: readonly (string | null)[]): string[] =>
	[...new Set(texts.filter((text) => text !== null))].sort() as string[];

/**
 * Everything a set of quotes may know, read together: one wait for the database however many asks there are.
 * With `lock`, rows are locked in one order (members, voucher codes, gift cards, accounts) and stay so until the
 * transaction ends; what is counted is counted after its lock.
 */
export class Scene {
	readonly now: Date;
	readonly book: Book;
	readonly vouchers: VoucherBook;
	readonly cards: CardDesk;
	readonly programme: { currency: string; timeZone: string; rules: ProgrammeRules };
	readonly #stores: Map<string, { name: string; fact: Facts['store'] }>;
	readonly #products: Map<string, ProductFact>;
	readonly #members: Map<string, MemberRow>;
	/** ids of the codes that each member holds */
	readonly #held: Map<string, string[]>;

	private constructor(
		now: Date,
		parts: {
			book: Book;
			codes: Map<string, CodeFact>;
			programme: Scene['programme'];
			taxes: TaxRow[];
			stores: StoreRow[];
			products: ProductFact[];
			members: MemberRow[];
			cards: CardDesk;
		}
	) {
		this.now = now;
		this.book = parts.book;
		this.vouchers = new VoucherBook(parts.codes);
		this.programme = parts.programme;
		this.#stores = new Map(
			parts.stores.flatMap((row) => (row.archived_at ? [] : [[row.id, storeOf(row, parts.taxes)]]))
		);
		this.#products = new Map(parts.products.map((fact) => [fact.id, fact]));
		this.#members = new Map(parts.members.map((row) => [row.id, row]));
		this.cards = parts.cards;
		this.#held = new Map();
		for (const [id, { row }] of parts.codes)
			if (row.member_id !== null) this.#held.set(row.member_id, [...(this.#held.get(row.member_id) ?? []), id]);
	}

	/**
	 * @throws MembersMerged when somebody who was asked for had been merged: who takes their place was not read, and not
	 * locked in the order of ids
	 */
	static async gather(reads: Reads, wanted: readonly Wanted[], now: Date, { lock }: { lock: boolean }): Promise<Scene> {
		const sql = sqlOf(reads);
		const memberIds = unique(wanted.map(({ ask }) => ask.memberId));
		const sold = wanted.flatMap(({ ask }) => ask.basket.lines.flatMap((line) => line.giftCard ?? []));
		const cardIds = unique([
			...wanted.flatMap(({ ask }) => ask.giftCards.map((card) => card.id)),
			...sold.map(({ id }) => id)
		]);
		const productIds = unique(wanted.flatMap(({ ask }) => ask.basket.lines.map((line) => line.productId)));
		const storeIds = unique(wanted.map(({ storeId }) => storeId));
		const asked = wanted.flatMap(({ ask: { memberId, rightIds } }) => rightIds.map((codeId) => ({ codeId, memberId })));
		const spenders = unique(wanted.flatMap(({ ask }) => (ask.points === 0 ? [] : ask.memberId)));
		const dated = unique(wanted.flatMap(({ ask, dates }) => (dates ? ask.memberId : [])));
		const list = (ids: string[]) => [listOf(ids)];
		const among = 'id = any($1::text[])';
		// Sent now, before the calls below send theirs: members are locked first, so that their uses can be counted.
		const locked = sql
			.unsafe<MemberRow[]>(
				`select id, joined_at, blocked_at, erased_at, merged_into from members where ${among} order by id ${lock ? 'for no key update' : ''}`,
				list(memberIds),
				{ prepare: true }
			)
			.execute();
		const [members, codes, cards, book, house, selling] = await Promise.all([
			locked,
			loadCodes(sql, { asked, heldBy: lock ? [] : memberIds, lock }, now),
			loadCards(sql, cardIds, now, lock),
			openBook(reads, [...memberIds, ...cardIds], now, { lock, taking: lock ? spenders : dated }),
			readHouse(sql, storeIds, productIds),
			// Only a basket that sells gift cards asks how.
			sold.length > 0 ? cardRules(reads) : null
		]);
		const merged = members.flatMap(({ id, merged_into }) => (merged_into ? [[id, merged_into] as const] : []));
		if (merged.length > 0) throw new MembersMerged(new Map(merged));
		// Ids that somebody made up leave nothing behind.
		const known = new Set([...members.map(({ id }) => id), ...cards.keys()]);
		const madeUp = [...memberIds, ...cardIds].filter((id) => !known.has(id));
		if (lock && madeUp.length > 0) await forgetOwners(reads, madeUp);
		const programme = { currency: house.currency, timeZone: house.time_zone, rules: house.rules };
		const desk = new CardDesk(cards, selling?.rules ?? null, now);
		const { taxes, stores, products } = house;
		return new Scene(now, {
			book,
			codes,
			programme,
			taxes: taxes ?? [],
			stores: stores ?? [],
			products: products ?? [],
			members,
			cards: desk
		});
	}

	/** null: the house has no such store */
	storeName(id: string): string | null {
		return this.#stores.get(id)?.name ?? null;
	}

	memberJoined(id: string): boolean {
		return this.#members.get(id)?.joined_at != null;
	}

	/** What is wrong with the ask before a quote makes sense: a member or store that the house does not have. */
	unknown({ ask, storeId }: Wanted): RefusalData | null {
		if (!this.#stores.has(storeId)) return storesRefusals.data('store.unknown');
		if (ask.memberId !== null) {
			const member = this.#members.get(ask.memberId);
			if (!member || member.erased_at) return customersRefusals.data('member.unknown');
		}
		return null;
	}

	#member(id: string): MemberFact {
		const points = this.book.standing(id);
		return {
			id,
			blocked: this.#members.get(id)?.blocked_at != null,
			spendablePoints: points.spendable,
			pendingPoints: points.pending,
			debtPoints: points.debt
		};
	}

	/** The cards that are to pay, and those that the basket sells. */
	#giftCards(ask: Ask): GiftCardFact[] {
		const proofs = new Map(ask.giftCards.map(({ id, proof }) => [id, proof]));
		for (const { giftCard } of ask.basket.lines)
			if (giftCard?.id && !proofs.has(giftCard.id)) proofs.set(giftCard.id, null);
		return [...proofs].flatMap(
			([id, proof]) => this.cards.fact(id, this.book.available(id, accountNames.money), proof) ?? []
		);
	}

	/** The facts of one ask as they stand after what this batch has done so far. `unknown` must have been null. */
	facts({ ask, storeId, holder }: Wanted): Facts {
		const { memberId } = ask;
		const mine = memberId === null ? [] : (this.#held.get(memberId) ?? []);
		const codeIds = new Set([...ask.rightIds, ...mine]);
		const products: Record<string, ProductFact> = {};
		for (const { productId } of ask.basket.lines) {
			const product = productId === null ? undefined : this.#products.get(productId);
			if (product) products[product.id] = product;
		}
		const { fact: store } = present(this.#stores.get(storeId), 'the store was checked');
		return {
			programme: this.programme,
			store,
			products,
			member: memberId === null ? null : this.#member(memberId),
			rights: [...codeIds].flatMap((id) => this.vouchers.right(id, memberId, holder) ?? []),
			giftCards: this.#giftCards(ask),
			...(this.cards.rules ? { cardRules: this.cards.rules } : {})
		};
	}
}
