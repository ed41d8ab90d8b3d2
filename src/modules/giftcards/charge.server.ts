import { and, eq, lt } from 'drizzle-orm';
import type { Cents } from '#core/amounts';
import type { RefusalData } from '#core/refusal';
import { endAfterMonths } from '#core/time';
import { accountNames } from '#ledger';
import { debitsBefore, postingDeskOf, type PostingAnswer } from '#ledger/server';
import { bucketOf, groupCommit, perDatabase } from '#platform/batch';
import { listOf } from '#platform/bulk';
import { sqlOf, type Db } from '#platform/db';
import { tellChanged } from '#platform/live';
import { idOfKey, isKey, onceRefusals, type OnceKey } from '#platform/once';
import { pricingRefusals, refusalOfCard } from '#pricing';
import { storesRefusals } from '#stores';
import { counterNames } from './cards.server.ts';
import { loadCards, type LoadedCard } from './facts.server.ts';
import { proves } from './pins.server.ts';
import { giftCards } from './tables.server.ts';

/** A gift card pays, for something that is not a sale of ours: a web shop's order, a till of other make. */
export interface ChargeCommand extends OnceKey {
	cardId: string;
	cents: Cents;
	/** where; the card must be in its currency */
	storeId: string;
	/** that the card's PIN was entered, where it has one */
	proof: string | null;
}

export interface Charged {
	ok: true;
	card: { id: string; lastSymbols: string };
	cents: Cents;
	currency: string;
	/** on the card after it; of a replay, after the first */
	leftCents: Cents;
	replayed: boolean;
}

export type ChargeResult = Charged | { ok: false; refusal: RefusalData };

interface Waiting {
	command: ChargeCommand;
	now: Date;
}

interface Place {
	id: string;
	currency: string;
	time_zone: string;
	archived_at: string | null;
}

/** What a command is judged by: read together for all that wait. */
interface Judged {
	card: LoadedCard | undefined;
	place: Place | undefined;
	refusal: RefusalData | null;
}

function judge(card: LoadedCard | undefined, place: Place | undefined, { command, now }: Waiting): RefusalData | null {
	if (!isKey(command.key)) return onceRefusals.data('key.malformed');
	if (!place || place.archived_at !== null) return storesRefusals.data('store.unknown');
	const { cardId: giftCardId, cents, proof } = command;
	if (!card) return pricingRefusals.data('gift_card.unknown', { giftCardId });
	const pin = card.pinHash === null || proves(proof, { id: card.id, pinHash: card.pinHash }, now) ? 'given' : 'needed';
	return refusalOfCard({ ...card, pin }, cents, place.currency);
}

const postingOf = ({ command }: Waiting, currency: string) => ({
	verb: 'debit' as const,
	ownerId: command.cardId,
	name: accountNames.money,
	unit: currency,
	amount: command.cents,
	reason: 'charged',
	// Who took it: there is no receipt of ours that could tell.
	ref: command.caller,
	counterName: counterNames.charged,
	transferId: idOfKey('transfer', command)
});

async function judgeAll(db: Db, waiting: readonly Waiting[]): Promise<Judged[]> {
	const sql = sqlOf(db);
	const now = new Date(Math.max(...waiting.map((one) => one.now.getTime())));
	const unique = (ids: string[]) => [...new Set(ids)];
	const [cards, places] = await Promise.all([
		loadCards(sql, unique(waiting.map(({ command }) => command.cardId)), now, false),
		sql.unsafe<Place[]>(
			'select id, currency, time_zone, archived_at from stores where id = any($1::text[])',
			[listOf(unique(waiting.map(({ command }) => command.storeId)))],
			{ prepare: true }
		)
	]);
	const placeOf = new Map(places.map((row) => [row.id, row]));
	return waiting.map((one) => {
		const [card, place] = [cards.get(one.command.cardId), placeOf.get(one.command.storeId)];
		return { card, place, refusal: judge(card, place, one) };
	});
}

/** The ledger's answer in the words of the counter. */
function toldOf({ command }: Waiting, card: LoadedCard, answer: PostingAnswer): ChargeResult {
	const { id, lastSymbols, currency } = card;
	if (answer.ok) {
		const { balance: leftCents, replayed } = answer;
		return { ok: true, card: { id, lastSymbols }, cents: command.cents, currency, leftCents, replayed };
	}
	const said = { giftCardId: id, lastSymbols };
	const { code, details } = answer.refusal;
	if (code === 'ledger.transfer_repeated') return { ok: false, refusal: onceRefusals.data('key.reused') };
	if (code === 'ledger.amount_invalid')
		return { ok: false, refusal: pricingRefusals.data('gift_card.amount_invalid', said) };
	const availableCents = Math.max(0, Number(details.availableCents ?? 0));
	const missingCents = command.cents - availableCents;
	return {
		ok: false,
		refusal: pricingRefusals.data('gift_card.too_little', { ...said, availableCents, missingCents, currency })
	};
}

/** A card that lives on with each use does: its end moves on, never back. A replay does it again, and changes nothing. */
async function prolong(db: Db, { id, livesMonths, expiresAt }: LoadedCard, timeZone: string, now: Date): Promise<void> {
	if (livesMonths === null || expiresAt === null) return;
	const end = endAfterMonths(now, livesMonths, timeZone);
	await db
		.update(giftCards)
		.set({ expiresAt: end })
		.where(and(eq(giftCards.id, id), lt(giftCards.expiresAt, end)));
}

/**
 * Cards are judged as they are when the charge comes, without a lock: one that is blocked in the same moment was charged
 * before. What is on a card is the ledger's to say, exactly.
 */
function openChargeDesk(db: Db) {
	const judged = groupCommit<Waiting, Judged>((waiting) => judgeAll(db, waiting), {
		most: 64,
		inFlight: 1,
		bucket: ({ command }) => bucketOf(command.cardId)
	});
	const desk = postingDeskOf(db);
	return async (command: ChargeCommand, now: Date): Promise<ChargeResult> => {
		const waiting = { command, now };
		const { card, place, refusal } = await judged(waiting);
		if (!card || !place || !isKey(command.key)) return { ok: false, refusal: refusal as RefusalData };
		const posting = postingOf(waiting, card.currency);
		if (refusal) {
			// What was done before is answered as it was, whatever has become of the card.
			const [before] = await debitsBefore(db, [posting], now);
			return before ? toldOf(waiting, card, before) : { ok: false, refusal };
		}
		const answer = await desk.post(posting, now);
		if (answer.ok) {
			await prolong(db, card, place.time_zone, now);
			if (!answer.replayed) tellChanged(db, [card.id]);
		}
		return toldOf(waiting, card, answer);
	};
}

const chargeDeskOf = perDatabase(openChargeDesk);

/**
 * Charges a gift card, once for each key. Charges that arrive together travel together.
 * Refuses `key.malformed`, `key.reused`, `store.unknown`, and as a sale would: `gift_card.unknown`, `.inactive`,
 * `.blocked`, `.expired`, `.replaced`, `.currency_other`, `.pin_needed`, `.amount_invalid`, `.too_little`.
 */
export const chargeCard = (db: Db, command: ChargeCommand, now: Date): Promise<ChargeResult> =>
	chargeDeskOf(db)(command, now);
