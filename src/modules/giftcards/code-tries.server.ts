import { hour, minute } from '#core/time';
import { claimTry, minutesUntil, type Limit } from '#identity/server';
import { inTransaction, type Db } from '#platform/db';
import { log } from '#platform/log';
import { byHouse, keepTrail } from '#platform/trail';
import { giftRefusals } from './gift-refusals.ts';

/**
 * Whoever asks what a code is worth, or takes it into a wallet, is slowed down per network address, per code and in all,
 * whatever the answer is. Codes have 80 random bits, so that nobody finds one; who tries is noticed long before.
 */
const limits = {
	/** a shop's whole wireless network is one address */
	perAddress: [
		{ tries: 40, within: 15 * minute },
		{ tries: 400, within: 24 * hour }
	],
	perCode: [
		{ tries: 10, within: 15 * minute },
		{ tries: 40, within: 24 * hour }
	],
	perMember: [
		{ tries: 20, within: 15 * minute },
		{ tries: 100, within: 24 * hour }
	],
	inAll: [{ tries: 3000, within: 15 * minute }]
} as const satisfies Record<string, readonly Limit[]>;

/** So many codes without an answer within a quarter of an hour are no typing errors any more. */
export const missesUntilAlarm = { perAddress: 8, inAll: 200 } as const;
const alarmWindow = 15 * minute;

interface Asker {
	db: Db;
	ip: string;
}

/**
 * Claims a look before anything is looked up.
 * @param codeHash keyed: the code itself is written down nowhere
 * @throws gift_card.too_many_looks (`minutes`), the same whichever limit it was
 */
export async function claimLook(
	{ db, ip }: Asker,
	codeHash: string,
	memberId: string | null,
	now: Date
): Promise<void> {
	const asked = [
		[`gift card looks from ${ip}`, limits.perAddress],
		...(memberId === null ? [] : [[`gift card looks by ${memberId}`, limits.perMember] as const]),
		[`gift card looks at ${codeHash}`, limits.perCode],
		['gift card looks', limits.inAll]
	] as const;
	for (const [about, allowed] of asked) {
		const until = await claimTry(db, about, allowed, now);
		if (until) throw giftRefusals.refuse('gift_card.too_many_looks', { minutes: minutesUntil(until, now) });
	}
}

/** Counts a code that got no answer; too many raise an alarm, once in each quarter of an hour. */
export async function countMiss({ db, ip }: Asker, now: Date): Promise<void> {
	const windows = [
		{ about: `gift card misses from ${ip}`, most: missesUntilAlarm.perAddress, source: ip },
		{ about: 'gift card misses', most: missesUntilAlarm.inAll, source: null }
	];
	for (const { about, most, source } of windows) {
		const over = await claimTry(db, about, [{ tries: most, within: alarmWindow }], now);
		if (!over) continue;
		const first = (await claimTry(db, `alarm of ${about}`, [{ tries: 1, within: alarmWindow }], now)) === null;
		if (first) await raiseAlarm(db, { misses: most, source }, now);
	}
}

/** The log says from where, for whoever can close the door; the trail says that it happened, and no address of a person. */
async function raiseAlarm(
	db: Db,
	{ misses, source }: { misses: number; source: string | null },
	now: Date
): Promise<void> {
	log.warn('gift_card.codes_tried', { misses, minutes: alarmWindow / minute, source: source ?? 'many' });
	const after = { misses, oneSource: source !== null };
	const subject = { kind: 'programme', id: 'programme' };
	const deed = { action: 'gift_card.codes_tried', subject, after };
	await inTransaction(db, (tx) => keepTrail(tx, byHouse, deed, now));
}
