import { must } from './must.ts';
import { randomByte } from './random.ts';

/** What an id names; the prefix is part of the id. */
export const idKinds = {
	user: 'usr',
	session: 'ses',
	account: 'acc',
	verification: 'ver',
	staff: 'stf',
	role: 'rol',
	client: 'cli',
	invitation: 'inv',
	reset: 'rst',
	passkey: 'pky',
	device: 'dev',
	enrolment: 'enr',
	tillSession: 'tls',
	store: 'sto',
	category: 'cat',
	product: 'prd',
	taxClass: 'tax',
	image: 'img',
	member: 'mem',
	merge: 'mrg',
	consent: 'con',
	tag: 'tag',
	attribute: 'att',
	memberCode: 'mco',
	/** a household or a firm, which may own a purse: sorts after its members, whose books are locked first */
	memberGroup: 'mgp',
	groupMember: 'mgm',
	erasure: 'ers',
	transfer: 'trf',
	hold: 'hld',
	receipt: 'rcp',
	line: 'lin',
	return: 'ret',
	blindReturn: 'bre',
	giftCard: 'gft',
	cardBatch: 'gfb',
	gift: 'gif',
	voucher: 'vou',
	voucherCode: 'vco',
	redemption: 'red',
	event: 'evt',
	deed: 'ded',
	pointAct: 'pac',
	pointType: 'pty',
	import: 'imp',
	request: 'req'
} as const;

export type IdKind = keyof typeof idKinds;

/** Base 32. */
export const idSymbols = '0123456789abcdefghjkmnpqrstvwxyz';

/**
 * A new id: kind, then 10 symbols of time (milliseconds) and 12 random ones (60 bits), base 32, so that ids sort by
 * creation. Made by us, never by a sequence, so that any node can make one.
 */
export function newId(kind: IdKind, now: Date = new Date()): string {
	let time = now.getTime();
	must(Number.isSafeInteger(time) && time >= 0, 'an id needs a valid instant');
	let stamp = '';
	for (let i = 0; i < 10; i++) {
		stamp = idSymbols[time % 32] + stamp;
		time = Math.floor(time / 32);
	}
	let tail = '';
	for (let i = 0; i < 12; i++) tail += idSymbols[randomByte() & 31];
	return `${idKinds[kind]}_${stamp}${tail}`;
}

/** Whether a text has the form of an id of this kind (not whether the thing exists). */
export function isId(kind: IdKind, text: string): boolean {
	return text.length === 26 && text.startsWith(`${idKinds[kind]}_`) && /^[0-9a-hjkmnp-tv-z]{22}$/.test(text.slice(4));
}
