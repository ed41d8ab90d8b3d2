import type { RefusalData } from '#core/refusal';
import type { NotPaying, NotSold } from './card-sale.svelte.ts';

/** Something that did not work; the screen puts it into words. */
export type Trouble =
	| { kind: 'refused'; refusal: RefusalData }
	| { kind: 'unreached' }
	| { kind: 'unexpected'; requestId: string | null }
	| NotPaying
	| NotSold;

/** Something the cashier should hear about. `quiet`: what was said before is over, by another try or another screen. */
export type Notice =
	| Trouble
	| { kind: 'quiet' }
	| { kind: 'member'; name: string | null }
	| { kind: 'linked' }
	/** a purchase was added to the member's, with so many points */
	| { kind: 'receipt_added'; points: number }
	| { kind: 'added'; name: string }
	| { kind: 'voucher'; title: string }
	| { kind: 'card'; lastSymbols: string }
	| { kind: 'cleared'; undo: () => void };
