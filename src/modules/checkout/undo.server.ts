import { sum } from '#core/amounts';
import { newCode } from '#core/codes';
import { newId } from '#core/ids';
import { must } from '#core/must';
import { endAfterDays } from '#core/time';
import { closeCards, draftRefundCard, keepRefundCards } from '#giftcards/server';
import { accountNames, pointsUnit, unitOf } from '#ledger';
import { Writes } from '#platform/bulk';
import { sqlOf, type Reads, type Tx } from '#platform/db';
import { findOnce, hashOf, isKey, keepOnce, nameOf, onceRefusals, type Kept, type OnceKey } from '#platform/once';
import { emit, type Event } from '#platform/outbox';
import { returnOf, settleSpent, typesBack, type ReturnQuote, type SpentPoints } from '#pricing';
import {
	purchaseRefusals,
	typesEarnedOn,
	type ReceiptView,
	type ReturnTender,
	type ReturnView,
	type TypeTakenBack
} from '#purchases';
import { recordReturns, returnView, type ReturnRows } from '#purchases/server';
import { giveBackUses } from '#vouchers/server';
import { checkoutRefusals, type Counter, type ReturnRequest, type ReturnResult } from './index.ts';
import { planRefund, type RefundPlan } from './refund.ts';
import { loadReturnable, type Returnable } from './returnable.server.ts';
import { cardsSoldBack, type SoldBack, type SoldCardFacts } from './sold-cards.ts';

export type ReturnCommand = Counter &
	ReturnRequest & {
		/** somebody with the right allows money for a gift card that can take nothing back */
		handForCards?: boolean;
		/** who gave their PIN for it */
		approvedBy?: string | null;
		/** the house's setting about other stores is asked already: the console's people have their own limits */
		anyStore?: boolean;
	};

const onceOf = ({ caller, key }: ReturnCommand): OnceKey => ({ caller, key });
/** What makes two returns the same one. Rights and what the cashier saw do not. */
const inputOf = ({ receiptId, lines, reason, reasonKind, storeId, refundTo, toCardId }: ReturnCommand) => ({
	receiptId,
	lines,
	reason,
	storeId,
	reasonKind: reasonKind ?? undefined,
	refundTo: refundTo === 'card' ? refundTo : undefined,
	toCardId: toCardId ?? undefined
});

interface Undone {
	command: ReturnCommand;
	rows: ReturnRows;
	uses: Returnable['uses'];
	view: ReturnView;
}

/**
 * Takes goods back, whole or by line, in one transaction, one answer each in their order. Each line gives back what had
 * paid for it, in this order: points (as new lots with their first expiry), gift cards (see `planRefund` for cards that
 * were lost or have expired), money. Then the points that the goods had earned are taken back, but those that have ended
 * unused: nobody had them. Of those that were spent already the house's policy makes a debt, takes their worth off the money,
 * or forgives them. A voucher's use comes back once nothing it reduced is left with the member. Each unit is returnable once.
 *
 * A blocked member gets everything back but no new card; of an erased one nothing is given or taken on an account that
 * nobody holds any more: cards and money come back, points stay where they are.
 * @throws when another process committed one of the keys meanwhile (`isKeyTaken`), MembersMerged when the member of a receipt was
 * merged meanwhile: undo and ask again
 */
export async function undoSales(
	tx: Tx,
	commands: readonly ReturnCommand[],
	now: Date
): Promise<{ result: ReturnResult; ownerIds: string[]; receiptNumber: string }[]> {
	const scene = await loadReturnable(tx, commands, now, { lock: true });
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
		receiptNumber: scene.receipts.get(commands[place]?.receiptId ?? '')?.number ?? '',
		ownerIds: result.ok && !result.replayed ? ownersOf(scene, result.given) : []
	}));
}

function ownersOf(scene: Returnable, { receiptId, tenders }: ReturnView): string[] {
	const receipt = scene.receipts.get(receiptId);
	if (!receipt) return [];
	return [receipt.memberId, receipt.storeId, ...tenders.flatMap(({ cardId }) => cardId ?? [])];
}

function replayOf(scene: Returnable, command: ReturnCommand, kept: Kept): ReturnView {
	const { returnId } = kept.answer as { returnId: string };
	const view = scene.receipts.get(command.receiptId)?.returns.find((one) => one.id === returnId);
	must(view, 'a kept key leads to its return');
	return view;
}

/** What would go back, without doing it: for the till's preview. Moves a book that is thrown away. */
export async function previewReturn(reads: Reads, command: ReturnCommand, now: Date): Promise<ReturnResult> {
	const scene = await loadReturnable(reads, [command], now, { lock: false });
	const answer = takeBack(scene, command, now);
	return 'rows' in answer ? { ok: true, given: answer.view, replayed: false } : answer;
}

/** Decides one return on the scene and moves its points and money in memory. A refusal has moved nothing. */
function takeBack(scene: Returnable, command: ReturnCommand, now: Date): Undone | ReturnResult {
	const receipt = scene.receipts.get(command.receiptId);
	if (!receipt) return { ok: false, refusal: purchaseRefusals.data('receipt.unknown') };
	if (receipt.storeId !== command.storeId && !scene.policy.otherStores && !command.anyStore)
		return { ok: false, refusal: checkoutRefusals.data('return.other_store', { storeName: receipt.storeName }) };
	const back = returnOf(receipt.lines, command.lines);
	const [problem] = back.problems;
	if (problem) return { ok: false, refusal: problem };
	const sold = cardsSoldBack(soldCardFacts(scene, receipt, command), back.lines);
	if ('code' in sold) return { ok: false, refusal: sold };
	const points = pointsOf(scene, receipt, back);
	const plan = planRefund({
		receipt,
		back,
		chargedCents: points.chargedCents,
		hasWallet: scene.members.get(receipt.memberId)?.hasWallet ?? false,
		cards: scene.cards,
		successorOf: scene.successorOf,
		wish: {
			refundTo: command.refundTo ?? 'hand',
			toCardId: command.toCardId ?? null,
			handForCards: command.handForCards ?? false
		}
	});
	if ('code' in plan) return { ok: false, refusal: plan };
	const { agreedCents } = command;
	if (agreedCents !== undefined && agreedCents !== null && agreedCents !== plan.refundCents)
		return {
			ok: false,
			refusal: checkoutRefusals.data('return.changed_meanwhile', {
				refundCents: plan.refundCents,
				agreedCents,
				currency: receipt.currency
			})
		};
	const id = newId('return', now);
	movePoints(scene, receipt, points, id, now);
	takeTypes(scene, receipt, points.types, id);
	takeCards(scene, receipt, sold, id);
	const rows = rowsOf(
		command,
		receipt,
		{ id, back, points, sold, plan, tenders: moveMoney(scene, receipt, plan, { id, storeId: command.storeId }, now) },
		now
	);
	const view = returnView(rows.head, rows.lines, null);
	// The scene goes on with the receipt as it is after this return, for a later command of the same batch.
	receipt.returns.push(view);
	for (const line of back.lines) {
		const sold = receipt.lines.find((one) => one.position === line.position);
		if (sold) sold.returned = line.toThousandths;
	}
	const uses = usesBack(scene, receipt);
	scene.uses = scene.uses.filter((use) => !uses.includes(use));
	return { command, rows, uses, view };
}

const soldCardFacts = (
	{ cards, holders, book }: Returnable,
	receipt: ReceiptView,
	{ toCardId = null }: ReturnCommand
): SoldCardFacts => ({
	receipt,
	toCardId,
	cards,
	holders,
	available: (id) => book.available(id, accountNames.money)
});

/** Takes the money off cards that come back; those that the receipt sold are closed. */
function takeCards(scene: Returnable, { currency }: ReceiptView, sold: readonly SoldBack[], ref: string): void {
	for (const { id, cents, closes } of sold) {
		const account = { ownerId: id, name: accountNames.money, unit: currency };
		const reason = 'card_taken_back';
		const taken = scene.book.debit({ ...account, amount: cents, reason, ref, counterName: 'giftcards/sold' });
		must(taken.ok, 'what a whole card holds can be taken off it');
		const card = scene.cards.get(id);
		if (closes && card) {
			scene.cards.set(id, { ...card, state: 'replaced' });
			scene.closed.push(id);
		}
	}
}

/** Uses of which nothing they reduced is left with the member. */
function usesBack(scene: Returnable, receipt: ReceiptView): Returnable['uses'] {
	const left = receipt.lines.filter((line) => line.discountCents > 0 && line.returned < line.quantity);
	const isOver = ({ positions }: { positions: number[] }) =>
		positions.length === 0 ? left.length === 0 : !left.some(({ position }) => positions.includes(position));
	return scene.uses.filter((use) => use.receiptId === receipt.id && isOver(use));
}

/** What a return does to the member's points: given back, and of those the goods had earned taken, owed, paid, forgiven. */
interface PointsBack extends SpentPoints {
	given: number;
	/** what earlier returns of the receipt gave back */
	givenBefore: number;
	/** taken, `owed` of them as a debt */
	taken: number;
	/** not taken: had ended unused */
	lapsed: number;
	/** taken of the other types */
	types: TypeTakenBack[];
}

/** Whose points a return moves: the purse's that the receipt was posted to, also after its member left it. */
const ownerOf = (scene: Returnable, { id, memberId }: ReceiptView): string => scene.purses.get(id)?.now ?? memberId;

/**
 * How many of the points that goods had earned have ended unused by now, and so are not taken: of all that the receipt
 * earned, those that have ended go first, as those that are still there do before those that were spent. So a return takes
 * the same whether it comes before their end or after, and parts of one never more than the whole.
 * @param before left out for that reason by earlier returns of the receipt
 */
function lapsedIn(scene: Returnable, { id }: ReceiptView, unit: string, earned: number, before: number): number {
	const ended = scene.lapsed.get(id)?.get(unit) ?? 0;
	return Math.min(earned, Math.max(0, ended - before));
}

/** The other types of points that the goods had earned: taken, and ended unused. */
function typesOf(scene: Returnable, receipt: ReceiptView, back: ReturnQuote): TypeTakenBack[] {
	const before = receipt.returns.flatMap(({ typesTakenBack }) => typesTakenBack);
	return typesBack(typesEarnedOn(receipt), receipt.lines, back).map(({ typeId, points }) => {
		const left = sum(before.map((one) => (one.typeId === typeId ? (one.lapsed ?? 0) : 0)));
		const lapsed = lapsedIn(scene, receipt, unitOf(typeId), points, left);
		return lapsed > 0 ? { typeId, points: points - lapsed, lapsed } : { typeId, points };
	});
}

function pointsOf(scene: Returnable, receipt: ReceiptView, back: ReturnQuote): PointsBack {
	const before = (figure: 'pointsGivenBack' | 'pointsForgiven' | 'pointsLapsed') =>
		receipt.returns.reduce((total, one) => total + one[figure], 0);
	const givenBefore = before('pointsGivenBack');
	const earned = back.pointsTakenBack;
	const ownerId = ownerOf(scene, receipt);
	if (ownerId === receipt.memberId && scene.members.get(receipt.memberId)?.erased)
		return {
			given: 0,
			givenBefore,
			taken: 0,
			owed: 0,
			charged: 0,
			chargedCents: 0,
			forgiven: earned,
			lapsed: 0,
			types: []
		};
	const lapsed = lapsedIn(scene, receipt, pointsUnit, earned, before('pointsLapsed'));
	const { rules, currency } = scene.programme;
	const missing = scene.book.missing({
		ownerId,
		ofRef: receipt.id,
		points: earned - lapsed,
		givenBack: back.pointsGivenBack
	});
	const money = { cents: back.refundCents, worth: currency === receipt.currency ? rules.spend : null };
	const settled = settleSpent(missing, scene.spentPoints, money, before('pointsForgiven'));
	return {
		...settled,
		given: back.pointsGivenBack,
		givenBefore,
		taken: earned - lapsed - settled.charged - settled.forgiven,
		lapsed,
		types: typesOf(scene, receipt, back)
	};
}

/** Points of the other types that the member no longer has are owed, whatever the policy says: they are worth no money. */
function takeTypes(scene: Returnable, receipt: ReceiptView, types: PointsBack['types'], ref: string): void {
	const [ownerId, ofRef] = [ownerOf(scene, receipt), receipt.id];
	for (const { typeId, points } of types) {
		if (points === 0) continue;
		const taken = scene.book.takeBack({ ownerId, ofRef, points, reason: 'taken_back', ref, unit: unitOf(typeId) });
		must(taken.ok, 'earned points can be taken back, if only as a debt');
	}
}

/**
 * Points on the books. What the member has is taken first, so that points given back keep the dates they had; then those
 * are given back, and pay for what was missing before it becomes a debt.
 */
function movePoints(scene: Returnable, receipt: ReceiptView, points: PointsBack, ref: string, now: Date): void {
	const { book } = scene;
	const { id: ofRef } = receipt;
	const ownerId = ownerOf(scene, receipt);
	const short = book.missing({ ownerId, ofRef, points: points.taken, givenBack: 0 });
	const take = (part: number, owed: number) => {
		if (part === 0) return;
		const taken = book.takeBack({ ownerId, ofRef, points: part, reason: 'taken_back', ref });
		must(taken.ok, 'earned points can be taken back, if only as a debt');
		must(taken.owed === owed, 'what is missing was counted before it was taken');
	};
	take(points.taken - short, 0);
	if (points.given > 0) {
		const days = scene.programme.rules.spend.givenBackMinimumDays;
		const spentBy = scene.purses.get(receipt.id)?.id ?? scene.soldTo.get(receipt.id) ?? ownerId;
		const given = book.giveBack({
			ownerId,
			ofRef,
			spentBy,
			points: points.given,
			alreadyGivenBack: points.givenBefore,
			minimumEndsAt: endAfterDays(now, days, scene.programme.timeZone),
			reason: 'given_back',
			ref
		});
		must(given.ok, 'points that were spent can be given back');
	}
	take(short, points.owed);
}

/** Money on the books; a new card is made where the plan needs one. @returns the tenders as they are kept */
function moveMoney(
	scene: Returnable,
	receipt: ReceiptView,
	plan: RefundPlan,
	{ id: ref, storeId }: { id: string; storeId: string },
	now: Date
): ReturnTender[] {
	const { book } = scene;
	const { currency } = receipt;
	let fresh: { cardId: string; lastSymbols: string; fresh: true } | null = null;
	if (plan.newCardCents > 0) {
		const memberId = scene.members.get(receipt.memberId)?.hasWallet ? receipt.memberId : null;
		const life = scene.refundLife(storeId);
		const made = draftRefundCard({ memberId, currency, cents: plan.newCardCents, life }, now);
		scene.newCards.push(made);
		scene.cards.set(made.state.id, made.state);
		const opened = book.openAccount({ ownerId: made.state.id, name: accountNames.money, unit: currency });
		must(opened.ok, 'a new card has no account yet');
		fresh = { cardId: made.state.id, lastSymbols: made.state.lastSymbols, fresh: true };
	}
	return plan.tenders.map(({ toNew, ...tender }) => {
		const kept: ReturnTender = toNew && fresh ? { ...tender, ...fresh } : tender;
		if (kept.kind === 'gift_card') {
			const refunded = book.credit({
				ownerId: kept.cardId ?? '',
				name: accountNames.money,
				unit: currency,
				amount: kept.cents,
				reason: 'refunded',
				ref,
				counterName: 'giftcards/refunded'
			});
			must(refunded.ok, 'an active card can take money back');
		}
		return kept;
	});
}

interface Outcome {
	id: string;
	back: ReturnQuote;
	points: PointsBack;
	sold: SoldBack[];
	plan: RefundPlan;
	tenders: ReturnTender[];
}

function rowsOf(
	command: ReturnCommand,
	receipt: ReceiptView,
	{ id, back, points, sold, plan, tenders }: Outcome,
	now: Date
): ReturnRows {
	const pointsTender: ReturnTender = { kind: 'points', cents: back.pointsPaidCents, points: points.given };
	return {
		head: {
			id,
			number: newCode('receipt'),
			receiptId: receipt.id,
			storeId: command.storeId,
			deviceId: command.deviceId,
			staffId: command.staffId,
			memberId: receipt.memberId,
			currency: receipt.currency,
			totalCents: back.netCents,
			cardsTakenBackCents: sum(sold.map(({ cents }) => cents)),
			refundCents: plan.refundCents,
			giftCardCents: plan.giftCardCents,
			chargedCents: points.chargedCents,
			pointsGivenBack: points.given,
			pointsTakenBack: points.taken,
			pointsOwed: points.owed,
			pointsCharged: points.charged,
			pointsForgiven: points.forgiven,
			pointsLapsed: points.lapsed,
			typesTakenBack: points.types,
			tenders: points.given > 0 ? [pointsTender, ...tenders] : tenders,
			reasonKind: command.reasonKind ?? null,
			reason: command.reason,
			approvedBy: command.approvedBy ?? null,
			happenedAt: now,
			committedAt: now
		},
		lines: back.lines.map((line) => ({
			receiptId: receipt.id,
			position: line.position,
			returnId: id,
			fromThousandths: line.fromThousandths,
			toThousandths: line.toThousandths,
			netCents: line.netCents,
			taxCents: line.taxCents,
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
	keepRefundCards(writes, scene.newCards);
	closeCards(writes, scene.closed, now);
	scene.book.addTo(writes);
	const { voucherDays } = scene.policy;
	giveBackUses(
		writes,
		undone.flatMap((one) => one.uses),
		now,
		voucherDays > 0 ? endAfterDays(now, voucherDays, scene.programme.timeZone) : null
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
