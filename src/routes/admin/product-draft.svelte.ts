import { productProblems, type ProductInput } from '#stores';
import { Draft } from './draft.svelte.ts';

/** What of a product a form begins with. */
export interface ProductBefore {
	categoryId: string;
	name: string;
	brand: string | null;
	description: string | null;
	barcode: string | null;
	barcodes: string[];
	unit: 'piece' | 'kilogram';
	priceCents: number;
	costCents: number | null;
	taxClassId: string | null;
}

export type WrittenProduct = Required<Omit<ProductInput, 'moreBarcodes'>> & { moreBarcodes: string[] };

/** A product while somebody writes it: texts as typed. */
export class ProductDraft extends Draft {
	name = $state('');
	categoryId = $state('');
	brand = $state('');
	description = $state('');
	barcode = $state('');
	moreBarcodes = $state('');
	unit = $state<'piece' | 'kilogram'>('piece');
	priceCents = $state<number | null>(null);
	costCents = $state<number | null>(null);
	taxClassId = $state('');

	constructor(before: ProductBefore | null) {
		super();
		if (!before) return;
		this.name = before.name;
		this.categoryId = before.categoryId;
		this.brand = before.brand ?? '';
		this.description = before.description ?? '';
		this.barcode = before.barcode ?? '';
		this.moreBarcodes = before.barcodes.filter((code) => code !== before.barcode).join('\n');
		this.unit = before.unit;
		this.priceCents = before.priceCents;
		this.costCents = before.costCents;
		this.taxClassId = before.taxClassId ?? '';
	}

	get written(): WrittenProduct {
		const bare = (text: string) => text.replace(/[\s-]/g, '');
		return {
			name: this.name,
			categoryId: this.categoryId,
			brand: this.brand.trim() || null,
			description: this.description.trim() || null,
			barcode: bare(this.barcode) || null,
			moreBarcodes: this.moreBarcodes
				.split(/[\n,;]+/)
				.map(bare)
				.filter((code) => code !== ''),
			unit: this.unit,
			// Nothing typed is no price that any rule allows.
			priceCents: this.priceCents ?? -1,
			costCents: this.costCents,
			taxClassId: this.taxClassId || null
		};
	}

	get typed() {
		return this.written;
	}

	override check(): boolean {
		this.show(productProblems(this.written));
		return this.problems.size === 0;
	}
}
