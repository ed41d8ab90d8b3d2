import type { Cents, Thousandths } from '#core/amounts';
import type { BasketLine, CardEntry, ProductFact } from '#pricing';

/** One piece, one kilogram, one whole of anything. */
export const whole: Thousandths = 1000;
/** More than any till rings up in one line; the quote refuses what is larger. */
export const largestQuantity: Thousandths = 9999 * whole;

/** What the till must know of a product to put it into the basket. */
export type Sellable = Pick<ProductFact, 'id' | 'name' | 'categoryId' | 'unit' | 'priceCents' | 'taxId'>;

export interface OpenLine extends BasketLine {
	unit: 'piece' | 'kilogram';
	/** what the line cost when it was rung up, where the shop has changed its price since */
	formerCents: Cents | null;
}

/** What of a basket outlives a reload. */
export interface BasketSnapshot {
	lines: OpenLine[];
	next: number;
}

/**
 * The lines of an open sale. Pieces of one product share a line; what is weighed and what is typed in gets a line each
 * time, since each weighing is an article of its own on the receipt.
 */
export class OpenBasket {
	lines = $state.raw<OpenLine[]>([]);
	/** the line that changed last, so that the list can show it */
	touched = $state<string | null>(null);
	#next = 1;

	get isEmpty(): boolean {
		return this.lines.length === 0;
	}

	/** Things in it: pieces counted, a weighed line as one. */
	get count(): number {
		return this.lines.reduce(
			(count, line) => count + (line.unit === 'piece' && line.quantity % whole === 0 ? line.quantity / whole : 1),
			0
		);
	}

	/**
	 * Puts a product in: one more piece, or a weight.
	 * @param quantity pieces or kilograms, in thousandths
	 */
	addProduct(product: Sellable, quantity: Thousandths = whole): void {
		const there = product.unit === 'piece' ? this.lines.find((line) => line.productId === product.id) : undefined;
		if (there) {
			this.setQuantity(there.key, there.quantity + quantity);
			return;
		}
		this.#append({
			productId: product.id,
			name: product.name,
			categoryId: product.categoryId,
			unit: product.unit,
			quantity,
			unitCents: product.priceCents
		});
	}

	/** Puts an amount in: something without a barcode. `name` null: the shop's word for it. */
	addAmount(cents: Cents, name: string | null = null, categoryId: string | null = null): void {
		this.#append({ productId: null, name, categoryId, unit: 'piece', quantity: whole, unitCents: cents });
	}

	/** Puts a charge for delivery in; it is no goods, and a voucher may take it off. */
	addDelivery(cents: Cents, name: string): void {
		this.#append({
			productId: null,
			name,
			categoryId: null,
			unit: 'piece',
			quantity: whole,
			unitCents: cents,
			delivery: true
		});
	}

	/** Puts money on a gift card. */
	addCard(giftCard: CardEntry, cents: Cents): void {
		this.#append({
			productId: null,
			name: null,
			categoryId: null,
			unit: 'piece',
			quantity: whole,
			unitCents: cents,
			giftCard
		});
	}

	/** Whether a line sells this card. */
	sells(cardId: string): boolean {
		return this.lines.some(({ giftCard }) => giftCard?.id === cardId);
	}

	/** Sets a line's quantity; nothing or less takes the line out. */
	setQuantity(key: string, quantity: Thousandths): void {
		if (quantity <= 0) {
			this.remove(key);
			return;
		}
		const fits = Math.min(quantity, largestQuantity);
		this.lines = this.lines.map((line) => (line.key === key ? { ...line, quantity: fits } : line));
		this.touched = key;
	}

	/** One piece more or fewer. */
	step(key: string, pieces: number): void {
		const line = this.lines.find((candidate) => candidate.key === key);
		if (line) this.setQuantity(key, line.quantity + pieces * whole);
	}

	remove(key: string): void {
		this.lines = this.lines.filter((line) => line.key !== key);
		if (this.touched === key) this.touched = null;
	}

	/** Takes over prices that the shop has changed since a line was rung up, and remembers the former ones. */
	reprice(products: Record<string, ProductFact>): void {
		let changed = false;
		const lines = this.lines.map((line) => {
			const product = line.productId === null ? undefined : products[line.productId];
			if (!product || product.priceCents === line.unitCents) return line;
			changed = true;
			return { ...line, unitCents: product.priceCents, formerCents: line.formerCents ?? line.unitCents };
		});
		if (changed) this.lines = lines;
	}

	/** The lines as the quote takes them. */
	get asked(): BasketLine[] {
		return this.lines.map(({ unit: _unit, formerCents: _former, ...line }) => line);
	}

	get snapshot(): BasketSnapshot {
		return { lines: this.lines, next: this.#next };
	}

	restore({ lines, next }: BasketSnapshot): void {
		this.lines = lines;
		this.#next = next;
		this.touched = null;
	}

	clear(): void {
		this.restore({ lines: [], next: 1 });
	}

	#append(line: Omit<OpenLine, 'key' | 'formerCents'>): void {
		const key = `l${this.#next++}`;
		this.lines = [...this.lines, { ...line, key, formerCents: null }];
		this.touched = key;
	}
}
