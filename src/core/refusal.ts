/**
 * Refusals: the world says no. A refusal is an expected answer with a stable code, a kind that decides the
 * HTTP status, and details for the sentence (what is missing, by how much). It never carries personal data or a code.
 */

export const refusalKinds = {
	/** the input has the wrong form */
	invalid: 400,
	/** nobody is signed in, or the sign-in failed */
	unauthenticated: 401,
	/** signed in, but not allowed */
	forbidden: 403,
	/** there is no such thing (or none that the caller may know of) */
	not_found: 404,
	/** the thing's state does not allow it: used, paused, too little balance */
	conflict: 409,
	/** it existed, its time is over */
	gone: 410,
	/** the input is well formed, but the rules do not allow it */
	unprocessable: 422,
	/** too many tries */
	limited: 429,
	/** something outside does not answer: nothing was done, try again */
	unavailable: 503
} as const;

export type RefusalKind = keyof typeof refusalKinds;

/** Plain facts for the sentence: amounts in minor units end in `Cents`, instants in `At` (ISO), durations say their unit. */
export type RefusalDetails = Record<string, string | number | boolean | null>;

/** A refusal as data: what goes over the wire and what set-based verbs return for one command of a batch. */
export interface RefusalData {
	code: string;
	kind: RefusalKind;
	details: RefusalDetails;
}

export class Refusal extends Error implements RefusalData {
	override name = 'Refusal';
	readonly code: string;
	readonly kind: RefusalKind;
	readonly details: RefusalDetails;
	/** A richer answer that goes with the refusal, such as the new quote when the old one is stale. */
	readonly attachment: unknown;

	constructor(data: RefusalData, attachment?: unknown) {
		super(data.code);
		this.code = data.code;
		this.kind = data.kind;
		this.details = data.details;
		this.attachment = attachment;
	}
}

export const httpStatus = (kind: RefusalKind): number => refusalKinds[kind];

/**
 * Declares a module's refusals: `voucher.already_used` and so on. Each code needs a sentence
 * `refusal_voucher_already_used` in all four languages (held by a test).
 */
export function declareRefusals<const T extends Record<string, RefusalKind>>(kinds: T) {
	const make = (code: keyof T & string, details: RefusalDetails = {}): RefusalData => ({
		code,
		kind: kinds[code] as RefusalKind,
		details
	});
	return {
		codes: Object.keys(kinds) as (keyof T & string)[],
		/** the refusal as data */
		data: make,
		/** the refusal to throw */
		refuse: (code: keyof T & string, details: RefusalDetails = {}, attachment?: unknown) =>
			new Refusal(make(code, details), attachment)
	};
}

export const isRefusal = (error: unknown): error is Refusal => error instanceof Refusal;
