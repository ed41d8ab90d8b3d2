import { normaliseCode } from '#core/codes';
import type { Page } from '#core/page';
import type { Catalogue, CatalogueProduct, Category } from '#stores';
import type { Shelf } from './keep.ts';

export interface CatalogueSource {
	catalogue(): Promise<Catalogue>;
	products(search: { text: string; categoryId?: string; cursor: string | null }): Promise<Page<CatalogueProduct>>;
}

/** Milliseconds of silence after a keystroke before the server is asked. */
const pause = 180;

const fold = (text: string): string =>
	text
		.normalize('NFKD')
		.replace(/\p{M}/gu, '')
		// Arabic keyboards write ي and ك where Persian names have ی and ک.
		.replace(/ي/g, 'ی')
		.replace(/ك/g, 'ک')
		.toLocaleLowerCase();

/** The present one and the old ones that still work; a catalogue that a tablet kept from before knows the present one only. */
const barcodesOf = ({ barcode, moreBarcodes = [] }: Partial<CatalogueProduct>): string[] => [
	...(barcode ? [barcode] : []),
	...moreBarcodes
];

/**
 * The products to pick from: by category, by words, by the beginning of a barcode. A small catalogue is kept on the
 * tablet and searched here, without a network; of a large one the server is asked, a page at a time.
 */
export class TillCatalogue {
	categories = $state.raw<Category[]>([]);
	categoryId = $state<string | null>(null);
	text = $state('');
	state = $state<'loading' | 'ready' | 'searching' | 'failed'>('loading');

	#all = $state.raw<CatalogueProduct[] | null>(null);
	#found = $state.raw<CatalogueProduct[]>([]);
	#cursor = $state<string | null>(null);
	#asked = 0;
	#timer: ReturnType<typeof setTimeout> | undefined;
	readonly #source: CatalogueSource;
	readonly #shelf: Shelf;

	constructor(source: CatalogueSource, shelf: Shelf) {
		this.#source = source;
		this.#shelf = shelf;
	}

	/** What is to be shown, by name. */
	readonly shown: CatalogueProduct[] = $derived.by(() => {
		if (this.#all === null) return this.#found;
		const words = fold(this.text).split(/\s+/).filter(Boolean);
		const digits = normaliseCode(this.text);
		const byBarcode = /^\d{4,}$/.test(digits);
		return this.#all.filter((product) => {
			// Words are looked for everywhere: whoever types does not mean the category that happens to be open.
			if (words.length === 0) return this.categoryId === null || product.categoryId === this.categoryId;
			if (byBarcode && barcodesOf(product).some((barcode) => barcode.startsWith(digits))) return true;
			const name = fold(product.name);
			return words.every((word) => name.includes(word));
		});
	});

	get hasMore(): boolean {
		return this.#all === null && this.#cursor !== null;
	}

	/** Shows what the tablet kept, then asks the server; without a network what was kept stays. */
	async load(): Promise<void> {
		const kept = this.#shelf.read<Catalogue>();
		if (kept) this.#take(kept);
		try {
			const catalogue = await this.#source.catalogue();
			this.#shelf.write(catalogue);
			this.#take(catalogue);
			if (catalogue.products === null) await this.#search(false);
		} catch {
			if (!kept) this.state = 'failed';
		}
	}

	/** The product with this barcode, of those the tablet keeps. */
	byBarcode(code: string): CatalogueProduct | null {
		const bare = code.replace(/^0+/, '');
		const has = (product: CatalogueProduct) =>
			barcodesOf(product).some((barcode) => barcode.replace(/^0+/, '') === bare);
		return this.#all?.find(has) ?? null;
	}

	choose(categoryId: string | null): void {
		this.categoryId = categoryId;
		this.text = '';
		if (this.#all === null) void this.#search(false);
	}

	/** What is typed; a large catalogue waits for the end of a word. */
	type(text: string): void {
		this.text = text;
		if (this.#all !== null) return;
		clearTimeout(this.#timer);
		this.#timer = setTimeout(() => void this.#search(false), pause);
	}

	async more(): Promise<void> {
		if (this.hasMore && this.state === 'ready') await this.#search(true);
	}

	#take(catalogue: Catalogue): void {
		this.categories = catalogue.categories;
		this.#all = catalogue.products;
		if (catalogue.products !== null) this.state = 'ready';
	}

	async #search(next: boolean): Promise<void> {
		const asked = ++this.#asked;
		this.state = this.#found.length === 0 ? 'loading' : 'searching';
		try {
			const page = await this.#source.products({
				text: this.text,
				...(this.categoryId && !this.text.trim() ? { categoryId: this.categoryId } : {}),
				cursor: next ? this.#cursor : null
			});
			// A later keystroke has asked meanwhile: its answer counts.
			if (asked !== this.#asked) return;
			this.#found = next ? [...this.#found, ...page.items] : page.items;
			this.#cursor = page.nextCursor;
			this.state = 'ready';
		} catch {
			if (asked === this.#asked) this.state = 'failed';
		}
	}
}
