import { and, eq } from 'drizzle-orm';
import { isLanguage, type Language } from '#core/languages';
import { hour, later, minute } from '#core/time';
import { memberFacts } from '#customers/server';
import { moneyOf } from '#ledger/server';
import { sqlOf, type Db } from '#platform/db';
import { log } from '#platform/log';
import { refusesAddress, type Mail } from '#platform/mail/mail';
import { programmeOf } from '#stores/server';
import { giftLink, giftToken } from './gift-links.server.ts';
import { giftMail, giftReturnedMail } from './gift-mails.server.ts';
import type { GiftRow } from './gifts.server.ts';
import { stateOf } from './rules.ts';
import { giftCards, gifts } from './tables.server.ts';

/** How long after each try without luck the next one comes; after the last it is given up. */
const pauses = [5 * minute, 30 * minute, 2 * hour, 8 * hour];
/** Whoever tries has it for so long; a process that dies meanwhile leaves it to the next turn. */
const lease = 10 * minute;

export interface Sending {
	mail: Mail;
	/** the public address of this server */
	origin: string;
	clock: () => Date;
	signal?: AbortSignal | undefined;
	/** whose screens change */
	told?: (ids: string[]) => void;
}

/**
 * Sends the letters that are due, one after the other. However many run at once, each letter is taken by one of them and
 * kept as sent with its version; a run that is cut off leaves the rest to the next. Only a process that dies between the
 * mail server's yes and our note of it sends a letter twice, with the same link.
 * @returns how many were sent
 */
export async function sendGifts(db: Db, sending: Sending): Promise<number> {
	let sent = 0;
	while (!sending.signal?.aborted) {
		const id = await takeDue(db, sending.clock());
		if (id === null) break;
		if (await sendOne(db, id, sending)) sent++;
	}
	return sent;
}

async function takeDue(db: Db, now: Date): Promise<string | null> {
	const [row] = await sqlOf(db)<{ id: string }[]>`
		update gifts set tries = tries + 1, next_try_at = ${later(now, lease).toISOString()}
		where id = (select id from gifts where next_try_at <= ${now.toISOString()} order by next_try_at, id limit 1
			for update skip locked) returning id`;
	return row?.id ?? null;
}

async function sendOne(db: Db, id: string, { mail, origin, clock, told = () => {} }: Sending): Promise<boolean> {
	const now = clock();
	const [row] = await db
		.select({ gift: gifts, card: giftCards })
		.from(gifts)
		.innerJoin(giftCards, eq(giftCards.id, gifts.cardId))
		.where(eq(gifts.id, id));
	if (!row || row.gift.email === null || row.gift.tokenCipher === null) return false;
	const { gift, card } = row;
	const [programme, money] = await Promise.all([programmeOf(db), moneyOf(db, [card.id], now)]);
	const cents = money.get(card.id)?.available ?? 0;
	const language = languageOf(gift.language);
	let trouble: unknown = null;
	if (stateOf(card, now) !== 'active' || cents === 0) {
		trouble = 'the card pays nothing any more';
	} else {
		const token = giftToken({ id: gift.id, tokenCipher: row.gift.tokenCipher });
		const letter = { ...gift, cents, currency: card.currency, expiresAt: card.expiresAt, programme };
		try {
			await mail.send(await giftMail(row.gift.email, { ...letter, link: giftLink(origin, token) }, language));
		} catch (error) {
			trouble = error;
		}
	}
	const at = clock();
	if (trouble === null) await keep(db, gift, { sentAt: at, nextTryAt: null });
	else await keepTrouble(db, gift, trouble, { mail, language }, at);
	told(gift.giverMemberId === null ? [card.id] : [card.id, gift.giverMemberId]);
	return trouble === null;
}

const languageOf = (text: string): Language => (isLanguage(text) ? text : 'en');

/** Only of what was tried: a gift that was changed or taken back meanwhile has another version or nothing to send. */
async function keep(
	db: Db,
	{ id, version }: GiftRow,
	what: Partial<Pick<GiftRow, 'sentAt' | 'nextTryAt' | 'undeliveredAt'>>
): Promise<boolean> {
	const kept = await db
		.update(gifts)
		.set(what)
		.where(and(eq(gifts.id, id), eq(gifts.version, version)))
		.returning({ claimedAt: gifts.claimedAt, cancelledAt: gifts.cancelledAt });
	return kept.some(({ claimedAt, cancelledAt }) => !claimedAt && !cancelledAt);
}

async function keepTrouble(
	db: Db,
	gift: GiftRow,
	trouble: unknown,
	{ mail, language }: { mail: Mail; language: Language },
	now: Date
): Promise<void> {
	const pause = pauses[gift.tries - 1];
	const over = pause === undefined || typeof trouble === 'string' || refusesAddress(trouble);
	log.warn('gift.not_sent', { gift: gift.id, tries: gift.tries, over, trouble });
	if (!over) return void (await keep(db, gift, { nextTryAt: later(now, pause) }));
	if (!(await keep(db, gift, { undeliveredAt: now, nextTryAt: null })) || gift.giverMemberId === null) return;
	const giver = (await memberFacts(db, [gift.giverMemberId])).get(gift.giverMemberId);
	if (!giver?.email || giver.erased) return;
	const spoken = isLanguage(giver.language) ? giver.language : language;
	await mail
		.send(await giftReturnedMail(giver.email, gift.receiverName, spoken))
		.catch((error: unknown) => log.warn('gift.giver_not_told', { gift: gift.id, error }));
}
