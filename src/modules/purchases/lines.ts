import { must } from '#core/must';
import type { Unit } from '#pricing';
import type { SoldGiftCard } from './index.ts';

/** One line of a receipt. */
export interface LineRow {
	/** 0, 1, … in the order of the receipt */
	position: number;
	productId: string | null;
	categoryId: string | null;
	name: string;
	quantityThousandths: number;
	unit: Unit;
	unitCents: number;
	listCents: number;
	discountCents: number;
	netCents: number;
	taxId: string | null;
	taxCents: number;
	pointsPaidCents: number;
	pointsSpent: number;
	giftCardCents: number;
	toPayCents: number;
	pointsEarned: number;
	discounts: { rightId: string; cents: number }[];
	costCents: number | null;
	giftCard?: SoldGiftCard | null;
}

/**
 * A line as its receipt keeps it: values in this order, without their names. The view `receipt_lines` reads them by their
 * places, so that new ones are put at the end.
 *
 * Lines lie in the row of their receipt and not in rows of their own: they are written with it, never change, and are read
 * with it. Five rows of 22 columns and an index were a fifth of a sale's write for the database, and a sixth of what a
 * sale cost us (measured). They are `json` and not `jsonb`, which would be taken apart at every sale to be put together at
 * the few readings.
 */
export type PackedLine = [
	productId: string | null,
	categoryId: string | null,
	name: string,
	quantityThousandths: number,
	unit: Unit,
	unitCents: number,
	listCents: number,
	discountCents: number,
	netCents: number,
	taxId: string | null,
	taxCents: number,
	pointsPaidCents: number,
	pointsSpent: number,
	giftCardCents: number,
	toPayCents: number,
	pointsEarned: number,
	discounts: { rightId: string; cents: number }[],
	costCents: number | null,
	giftCard?: SoldGiftCard
];

/** Checks that a line adds up, as a stored one must. */
function mustAddUp(line: LineRow): void {
	const { netCents, listCents, discountCents, taxCents } = line;
	// Its tax is part of the price or beside it, as the receipt says.
	const beside = netCents - listCents + discountCents;
	must(beside === 0 || beside === taxCents, 'a line is its price less its discounts, with its tax');
	must(netCents === line.pointsPaidCents + line.giftCardCents + line.toPayCents, 'a line is what was tendered for it');
}

export function packedLine(line: LineRow): PackedLine {
	mustAddUp(line);
	const packed: PackedLine = [
		line.productId,
		line.categoryId,
		line.name,
		line.quantityThousandths,
		line.unit,
		line.unitCents,
		line.listCents,
		line.discountCents,
		line.netCents,
		line.taxId,
		line.taxCents,
		line.pointsPaidCents,
		line.pointsSpent,
		line.giftCardCents,
		line.toPayCents,
		line.pointsEarned,
		line.discounts,
		line.costCents
	];
	if (line.giftCard) packed.push(line.giftCard);
	return packed;
}
