import type { Cents, Thousandths } from '#core/amounts';
import type { RefusalDetails } from '#core/refusal';
import * as z from 'zod/mini';
import { basketLimits } from '../basket.ts';
import type { QuotedLine, Step } from '../contract.ts';
import type { rightRefusals } from '../refusals.ts';
import type { Effect } from '../rules.ts';

/** Why a right does not apply, without its kind's prefix. */
export type Why = (typeof rightRefusals.codes)[number] extends `voucher.${infer W}` ? W : never;

/** A part of a cut: so much off one line. `quantity`: how much of the line an effect on single things has used up. */
export interface CutPart {
	line: QuotedLine;
	cents: Cents;
	quantity: Thousandths;
}

/** What an effect takes off: in all, and (worked out only when it is taken) line by line. */
export interface Cut {
	cents: Cents;
	/** further facts for the explanation's sentence */
	details: Step['details'];
	parts: () => CutPart[];
}

/** Why an effect finds nothing to do in this basket. */
export interface NoCut {
	why: Why;
	details: RefusalDetails;
}

export const noCut = (why: Why, details: RefusalDetails = {}): NoCut => ({ why, details });

/** What an effect works on. */
export interface Goods {
	/** lines that fulfil the right's conditions; never delivery */
	eligible: QuotedLine[];
	/** every line of goods */
	all: QuotedLine[];
	/** charges for delivery */
	delivery: QuotedLine[];
	/** how much of a line no effect on single things has used up yet: a piece is made free or cheaper once */
	untouched: (line: QuotedLine) => Thousandths;
}

/**
 * When an effect's turn is, whatever was scanned first: single things are made free or cheaper by their list price, then
 * percentages are taken of what is left, then amounts. Percentages before amounts, so that ten percent and five off
 * are the same two discounts in either order of scanning, and the percentage is taken of goods, not of a rest.
 */
export const stages = ['things', 'percent', 'amount'] as const;
export type Stage = (typeof stages)[number];

export type EffectOf<K extends Effect['kind']> = Extract<Effect, { kind: K }>;

/** One kind of effect with all its facets: form, words, turn, arithmetic. */
export interface EffectKind<K extends Effect['kind']> {
	kind: K;
	/** its form; whether its products exist is the business of whoever stores it */
	schema: z.ZodMiniType<EffectOf<K>, EffectOf<K>>;
	/** message key of its name */
	labelKey: `effect_${K}`;
	/** how the explanation names it */
	stepCode: Step['code'];
	stage: Stage;
	/** the products it names itself, besides those of the conditions */
	productIds: (effect: EffectOf<K>) => readonly string[];
	/** it is about chosen goods: without a product or a category in the conditions it would be about everything */
	needsChosenGoods: boolean;
	/** @returns never more than the lines' net price, or why there is nothing to take off */
	apply: (effect: EffectOf<K>, goods: Goods) => Cut | NoCut;
}

export const none = (): readonly string[] => [];

export const whole = (least: number, most: number) => z.int().check(z.minimum(least), z.maximum(most));
export const cents = whole(1, basketLimits.lineCents);
export const quantity = whole(1, basketLimits.quantityThousandths);
/** pieces of a set: more is a slip of the finger */
export const mostPieces = 1000;
