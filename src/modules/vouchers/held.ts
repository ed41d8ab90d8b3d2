import type { Cents, Thousandths } from '#core/amounts';
import type { Effect, Stacking } from '#pricing';

/** Why a voucher in a wallet can or cannot be used now. */
export type HeldState = 'ready' | 'not_yet' | 'paused' | 'used' | 'ended';

/** A list of names for a sentence: the first few, and how many more there are. */
export interface Names {
	names: string[];
	more: number;
}

/** A voucher as its holder sees it: what it gives, when, where, on what; never how many others hold it. */
export interface HeldVoucher {
	codeId: string;
	/** to show at the till */
	code: string;
	title: string;
	description: string | null;
	currency: string;
	gives: Exclude<Effect, { kind: 'free_product' }> | { kind: 'free_product'; products: Names; quantity: Thousandths };
	/** empty lists mean: all */
	on: { minimumCents: Cents; products: Names; categories: Names; stores: Names };
	startsAt: Date | null;
	stacking: Stacking;
	/** first instant at which it no longer applies */
	endsAt: Date | null;
	/** how often the holder can still use it; null: as often as they like */
	usesLeft: number | null;
	state: HeldState;
	/** what its holder did with it */
	used: { times: number; cents: Cents; lastAt: Date } | null;
}
