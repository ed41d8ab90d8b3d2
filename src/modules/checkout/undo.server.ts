import { newId } from '#core/ids';
import { must } from '#core/must';
import type { RefusalData } from '#core/refusal';
import { endAfterDays } from '#core/time';
import { accountNames } from '#ledger';
import { openBook, type Book } from '#ledger/server';
import { listOf, Writes } from '#platform/bulk';
import { sqlOf, type Reads, type Tx } from '#platform/db';
import { findOnce, hashOf, isKey, keepOnce, nameOf, onceRefusals, type Kept, type OnceKey } from '#platform/once';
import { emit, type Event } from '#platform/outbox';
import { cardsBack, returnOf, returnRefusals, type ProgrammeRules, type ReturnQuote } from '#pricing';
import { purchaseRefusals, type ReceiptView, type ReturnView } from '#purchases';
import { receiptViews, recordReturns, type ReturnRows } from '#purchases/server';
import { giveBackUses, usesOfReceipts } from '#vouchers/server';
import type { Counter, ReturnRequest, ReturnResult } from './index.ts';

export type ReturnCommand = Counter & ReturnRequest;

const onceOf = ({ caller, key }: ReturnCommand): OnceKey => ({ caller, key });
const inputOf = ({ receiptId, lines, reason, storeId }: ReturnCommand) => ({ receiptId, lines, reason, storeId });

interface Rules {
	timeZone: string;
	rules: ProgrammeRules;
}

/** What has to be known of the receipts to take goods back; with `lock`, nobody else can return of them meanwhile. */
interface Returnable {
	receipts: Map<string, ReceiptView>;
	uses: { id: string; codeId: string; receiptId: string }[];
	book: Book;
	programme: Rules;
}

async function loadReturnable(
	reads: Reads,
	receiptIds: string[],
	now: Date,
	{ lock }: { lock: boolean }
): Promise<Returnable> {
	const sql = sqlOf(reads);
	// Whose receipts, and which cards paid: never changes, so that it may be read before the locks.
	const owners = await sql.unsafe<{ member_id: string; cards: string[] | null }[]>(
		`select r.member_id, (select array_agg(t->>'subjectId') from jsonb_array_elements(r.tenders) t
			where t->>'kind' = 'gift_card') as cards
		from receipts r where r.id = any($1::text[])`,
		[listOf(receiptIds)],
		{ prepare: true }
	);
	const memberIds = [...new Set(owners.map((row) => row.member_id))].sort();
	const cardIds = [...new Set(owners.flatMap((row) => row.cards ?? []))].sort();
	if (lock) {
		await sql.unsafe(
			`select id from members where id = any($1::text[]) order by id for no key update`,
			[listOf(memberIds)],
			{ prepare: true }
		);
		await sql.unsafe(
			`select c.id from voucher_codes c where c.id in (select code_id from voucher_redemptions
				where receipt_id = any($1::text[])) order by c.id for no key update`,
			[listOf(receiptIds)],
			{ prepare: true }
		);
		await sql.unsafe(
			`select id from gift_cards where id = any($1::text[]) order by id for no key update`,
			[listOf(cardIds)],
			{ prepare: true }
		);
	}
	const book = await openBook(reads, [...memberIds, ...cardIds], now, { lock, refs: receiptIds });
	const [views, uses, programmes] = await Promise.all([
		receiptViews(reads, receiptIds),
		usesOfReceipts(sql, receiptIds),
		sql.unsafe<{ time_zone: string; rules: ProgrammeRules }[]>('select time_zone, rules from programmes limit 1', [], {
			prepare: true
		})
	]);
	const [programme] = programmes;
	must(programme, 'the house has a programme');
	return {
		receipts: new Map(views.map((view) => [view.id, view])),
		uses,
		book,
		programme: { timeZone: programme.time_zone, rules: programme.rules }
	};
}

interface Undone {
	command: ReturnCommand;
	rows: ReturnRows;
	redemptionIds: string[];
	view: ReturnView;
}

/**
 * Takes goods back, whole or by line, in one transaction, one answer each in their order. Earned points are taken back
 * (what was spent already becomes a visible debt), spent points return as new lots with their first expiry, gift-card
 * money returns to its card, a voucher's use comes back once nothing it reduced is left with the member. Each unit is
 * returnable once.
 * @throws KeyTaken when another process committed one of the keys meanwhile: undo and ask again
 */
export async function undoSales(
	tx: Tx,
	commands: readonly ReturnCommand[],
	now: Date
): Promise<{ result: ReturnResult; ownerIds: string[] }[]> {
	const scene = await loadReturnable(tx, [...new Set(commands.map((one) => one.receiptId))].sort(), now, {
		lock: true
	});
	// After the locks: a twin of a command has then been committed or has not begun.
	const before = await findOnce(sqlOf(tx), commands.map(onceOf));
	const undone: (Undone & { inputHash: string })[] = [];
	const results: ReturnResult[] = [];
	for (const command of commands) {
		const inputHash = hashOf(inputOf(command));
		const kept = before.get(nameOf(command));
		const earlier = undone.find((one) => nameOf(one.command) === nameOf(command));
		if (!isKey(command.key)) results.push({ ok: false, refusal: onceRefusals.data('key.malformed') });
		else if ((kept ?? earlier) && (kept ?? earlier)?.inputHash !== inputHash)
			results.push({ ok: false, refusal: onceRefusals.data('key.reused') });
		else if (earlier) results.push({ ok: true, given: earlier.view, replayed: true });
		else if (kept) results.push({ ok: true, given: replayOf(scene, command, kept), replayed: true });
		else {
			const answer = takeBack(scene, command, now);
			if (!('rows' in answer)) results.push(answer);
			else {
				undone.push({ ...answer, inputHash });
				results.push({ ok: true, given: answer.view, replayed: false });
			}
		}
	}
	await write(tx, scene, undone, now);
	return results.map((result, place) => ({
		result,
		ownerIds: result.ok && !result.replayed ? ownersOf(scene, (commands[place] as ReturnCommand).receiptId) : []
	}));
}

function ownersOf(scene: Returnable, receiptId: string): string[] {
	const receipt = scene.receipts.get(receiptId);
	if (!receipt) return [];
	return [receipt.memberId, receipt.storeId, ...receipt.tenders.flatMap((tender) => tender.subjectId ?? [])];
}

function replayOf(scene: Returnable, command: ReturnCommand, kept: Kept): ReturnView {
	const { returnId } = kept.answer as { returnId: string };
	const view = scene.receipts.get(command.receiptId)?.returns.find((one) => one.id === returnId);
	must(view, 'a kept key leads to its return');
	return view;
}

/** What would go back, without doing it: for the till's preview. Moves a book that is thrown away. */
export async function previewReturn(reads: Reads, command: ReturnCommand, now: Date): Promise<ReturnResult> {
	const scene = await loadReturnable(reads, [command.receiptId], now, { lock: false });
	const answer = takeBack(scene, command, now);
	return 'rows' in answer ? { ok: true, given: answer.view, replayed: false } : answer;
}

/** Why a gift card that the receipt sold does not come back: its money may have been spent. */
function cardsSold({ lines }: ReceiptView, wanted: ReturnRequest['lines']): RefusalData | null {
	const asked = wanted === 'everything' ? null : new Set(wanted.map(({ position }) => position));
	const sold = lines.find(({ giftCard, position }) => giftCard && (asked?.has(position) ?? true));
	return sold?.giftCard
		? returnRefusals.data('return.gift_card_sold', { position: sold.position, lastSymbols: sold.giftCard.lastSymbols })
		: null;
}

/** Decides one return on the scene and moves its points and money in memory. */
function takeBack(scene: Returnable, command: ReturnCommand, now: Date): Undone | ReturnResult {
	const receipt = scene.receipts.get(command.receiptId);
	if (!receipt) return { ok: false, refusal: purchaseRefusals.data('receipt.unknown') };
	const refusal = cardsSold(receipt, command.lines);
	if (refusal) return { ok: false, refusal };
	const back = returnOf(receipt.lines, command.lines);
	const [problem] = back.problems;
	if (problem) return { ok: false, refusal: problem };
	const id = newId('return', now);
	const moved = move(scene, receipt, back, id, now);
	const view: ReturnView = {
		id,
		receiptId: receipt.id,
		happenedAt: now.toISOString(),
		totalCents: back.netCents,
		refundCents: back.refundCents,
		giftCardCents: back.giftCardCents,
		pointsGivenBack: back.pointsGivenBack,
		pointsTakenBack: back.pointsTakenBack,
		pointsOwed: moved.owed,
		reason: command.reason,
		lines: back.lines.map((line) => ({
			position: line.position,
			quantity: line.toThousandths - line.fromThousandths,
			netCents: line.netCents
		}))
	};
	// The scene goes on with the receipt as it is after this return, for a later command of the same batch.
	receipt.returns.push(view);
	for (const line of back.lines) {
		const sold = receipt.lines.find((one) => one.position === line.position);
		if (sold) sold.returned = line.toThousandths;
	}
	const kept = receipt.lines.some((line) => line.discountCents > 0 && line.returned < line.quantity);
	const redemptionIds = kept ? [] : scene.uses.filter((use) => use.receiptId === receipt.id).map((use) => use.id);
	scene.uses = scene.uses.filter((use) => !redemptionIds.includes(use.id));
	return { command, rows: rowsOf(command, receipt, view, back), redemptionIds, view };
}

/** Points and money on the books. */
function move(scene: Returnable, receipt: ReceiptView, back: ReturnQuote, ref: string, now: Date): { owed: number } {
	const { book } = scene;
	const before = {
		givenBack: receipt.returns.reduce((total, one) => total + one.pointsGivenBack, 0),
		giftCards: receipt.returns.reduce((total, one) => total + one.giftCardCents, 0)
	};
	let owed = 0;
	if (back.pointsTakenBack > 0) {
		const taken = book.takeBack({
			ownerId: receipt.memberId,
			ofRef: receipt.id,
			points: back.pointsTakenBack,
			reason: 'taken_back',
			ref
		});
		must(taken.ok, 'earned points can be taken back, if only as a debt');
		owed = taken.owed;
	}
	if (back.pointsGivenBack > 0) {
		const days = scene.programme.rules.spend.givenBackMinimumDays;
		const given = book.giveBack({
			ownerId: receipt.memberId,
			ofRef: receipt.id,
			points: back.pointsGivenBack,
			alreadyGivenBack: before.givenBack,
			minimumEndsAt: endAfterDays(now, days, scene.programme.timeZone),
			reason: 'given_back',
			ref
		});
		must(given.ok, 'points that were spent can be given back');
	}
	const cards = receipt.tenders.flatMap(({ kind, subjectId, cents }) =>
		kind === 'gift_card' && subjectId ? [{ id: subjectId, cents }] : []
	);
	for (const { id, cents } of cardsBack(cards, before.giftCards, before.giftCards + back.giftCardCents)) {
		if (cents === 0) continue;
		const refunded = book.credit({
			ownerId: id,
			name: accountNames.money,
			unit: receipt.currency,
			amount: cents,
			reason: 'refunded',
			ref,
			counterName: 'giftcards/refunded'
		});
		must(refunded.ok, 'a card that paid can take its money back');
	}
	return { owed };
}

function rowsOf(command: ReturnCommand, receipt: ReceiptView, view: ReturnView, back: ReturnQuote): ReturnRows {
	const at = new Date(view.happenedAt);
	return {
		head: {
			id: view.id,
			receiptId: receipt.id,
			storeId: command.storeId,
			deviceId: command.deviceId,
			staffId: command.staffId,
			memberId: receipt.memberId,
			currency: receipt.currency,
			totalCents: view.totalCents,
			refundCents: view.refundCents,
			giftCardCents: view.giftCardCents,
			pointsGivenBack: view.pointsGivenBack,
			pointsTakenBack: view.pointsTakenBack,
			pointsOwed: view.pointsOwed,
			reason: view.reason,
			happenedAt: at,
			committedAt: at
		},
		lines: back.lines.map((line) => ({
			receiptId: receipt.id,
			position: line.position,
			returnId: view.id,
			fromThousandths: line.fromThousandths,
			toThousandths: line.toThousandths,
			netCents: line.netCents,
			pointsPaidCents: line.pointsPaidCents,
			pointsGivenBack: line.pointsGivenBack,
			giftCardCents: line.giftCardCents,
			refundCents: line.refundCents,
			pointsTakenBack: line.pointsTakenBack
		}))
	};
}

async function write(
	tx: Tx,
	scene: Returnable,
	undone: readonly (Undone & { inputHash: string })[],
	now: Date
): Promise<void> {
	if (undone.length === 0) return;
	const writes = new Writes();
	recordReturns(
		writes,
		undone.map((one) => one.rows)
	);
	scene.book.addTo(writes);
	giveBackUses(
		writes,
		undone.flatMap((one) => one.redemptionIds),
		now
	);
	emit(writes, undone.map(returnedEvent), now);
	keepOnce(
		writes,
		undone.map(({ command, view, inputHash }) => ({
			...onceOf(command),
			inputHash,
			answer: { returnId: view.id },
			at: now
		}))
	);
	await writes.send(sqlOf(tx));
}

const returnedEvent = ({ rows: { head } }: Undone): Event => ({
	topic: 'receipt.returned',
	subjectId: head.memberId,
	payload: {
		returnId: head.id,
		receiptId: head.receiptId,
		memberId: head.memberId,
		storeId: head.storeId,
		totalCents: head.totalCents,
		currency: head.currency
	}
});
