import { newCode } from '#core/codes';
import { newId } from '#core/ids';
import { must } from '#core/must';
import { anonymous } from '#customers/server';
import { accountNames, lifeOf, unitOf } from '#ledger';
import { Writes } from '#platform/bulk';
import { sqlOf, type Tx } from '#platform/db';
import { findOnce, hashOf, isKey, keepOnce, nameOf, onceRefusals, type Kept, type OnceKey } from '#platform/once';
import { emit, type Event } from '#platform/outbox';
import { quote, type Quote } from '#pricing';
import type { ReceiptView, Tender } from '#purchases';
import { receiptView, receiptViews, recordReceipts, storedSteps, type ReceiptRows } from '#purchases/server';
import type { Holder } from '#vouchers/server';
import { askedAnew, Scene } from './gather.server.ts';
import { checkoutRefusals, type Counter, type Sale, type SaleResult } from './index.ts';

export type SaleCommand = Counter &
	Sale & {
		/** when the goods were handed over, where that was before the commit; absent: at the commit */
		happenedAt?: Date;
	};

/** A sale that was decided and waits to be written with its batch. */
interface Decided {
	command: SaleCommand;
	inputHash: string;
	rows: ReceiptRows;
	quote: Quote;
	guest: boolean;
}

const nobody: ReadonlyMap<string, string> = new Map();

/** A sale of this batch, or the receipt of an earlier one. */
type Sold = { sale: Decided; replayed: boolean } | { receiptId: string };

const onceOf = ({ caller, key }: SaleCommand): OnceKey => ({ caller, key });
/** A basket's vouchers are held under the name of its sale. */
const holderOf = ({ caller, key }: SaleCommand): Holder => ({ caller, basket: key });
const inputOf = ({ ask, fingerprint, storeId }: SaleCommand) => ({ ask, fingerprint, storeId });

/** What is known of a batch before it is asked for. */
export interface Learnt {
	/** who takes the place of members that commands name: a till that was offline still knows the old ones */
	merged?: ReadonlyMap<string, string>;
	/**
	 * The keys are taken for new: they are looked up only of what is refused, which may be what was sold before. Spares
	 * nearly every batch a statement; of one that did sell something before the transaction fails (`isKeyTaken`).
	 */
	newKeys?: boolean;
}

/**
 * Commits sales in one transaction, one answer each in their order: the receipt, the first answer again, or a refusal.
 * A refused sale changes nothing and does not hurt the others. Locks in one order, decides in memory, writes once.
 * @throws when one of the keys was taken, meanwhile or before (`isKeyTaken`): ask again, not taking them for new
 * @throws MembersMerged when a command names a member who was merged: undo and ask again, saying so
 */
export async function commitSales(
	tx: Tx,
	commands: readonly SaleCommand[],
	now: Date,
	{ merged = nobody, newKeys = false }: Learnt = {}
): Promise<SaleResult[]> {
	const valid = commands.filter((command) => isKey(command.key)).map((command) => askedAnew(command, merged));
	// The keys are looked up after the locks, on the same connection: a twin of a command, under way in another batch, has
	// then been committed or has not begun, and is not judged by what its first left behind.
	const [scene, before] = await Promise.all([
		Scene.gather(tx, valid, now, { lock: true }),
		newKeys ? new Map<string, Kept>() : findOnce(sqlOf(tx), valid.map(onceOf))
	]);
	const decided = new Map<string, Decided>();
	let answers = commands.map((command): SaleResult | Sold => {
		const name = nameOf(command);
		if (!isKey(command.key)) return { ok: false, refusal: onceRefusals.data('key.malformed') };
		// Of what was sent: the same sent again after a merge is the same.
		const inputHash = hashOf(inputOf(command));
		const kept = keptAnswer(before.get(name), inputHash);
		if (kept) return kept;
		const earlier = decided.get(name);
		if (earlier && earlier.inputHash !== inputHash) return { ok: false, refusal: onceRefusals.data('key.reused') };
		if (earlier) return { sale: earlier, replayed: true };
		const answer = decide(scene, { ...askedAnew(command, merged), inputHash });
		if ('ok' in answer) return answer;
		decided.set(name, answer);
		return { sale: answer, replayed: false };
	});
	if (newKeys) answers = await soldBefore(tx, commands, answers);
	const receiptIds = answers.flatMap((answer) => ('receiptId' in answer ? answer.receiptId : []));
	const old = new Map((await receiptViews(tx, receiptIds)).map((view) => [view.id, view]));
	await writesOf(scene, [...decided.values()]).send(sqlOf(tx));
	return answers.map((answer): SaleResult => {
		if ('ok' in answer) return answer;
		if ('sale' in answer) return { ok: true, receipt: viewOf(answer.sale, scene), replayed: answer.replayed };
		const receipt = old.get(answer.receiptId);
		must(receipt, 'a kept key leads to its receipt');
		return { ok: true, receipt, replayed: true };
	});
}

/** What a key that was used before answers to this input; null: it was not. */
function keptAnswer(kept: Kept | undefined, inputHash: string): SaleResult | Sold | null {
	if (!kept) return null;
	if (kept.inputHash !== inputHash) return { ok: false, refusal: onceRefusals.data('key.reused') };
	return { receiptId: (kept.answer as { receiptId: string }).receiptId };
}

/** The answers with those of keys that were used before in the place of refusals: what was sold cannot be sold again. */
async function soldBefore(
	tx: Tx,
	commands: readonly SaleCommand[],
	answers: readonly (SaleResult | Sold)[]
): Promise<(SaleResult | Sold)[]> {
	const refused = commands.filter((command, place) => isKey(command.key) && 'ok' in (answers[place] as object));
	if (refused.length === 0) return [...answers];
	const before = await findOnce(sqlOf(tx), refused.map(onceOf));
	return answers.map((answer, place) => {
		const command = commands[place] as SaleCommand;
		return ('ok' in answer && keptAnswer(before.get(nameOf(command)), hashOf(inputOf(command)))) || answer;
	});
}

/** Quotes one sale on the scene and, when it stands, moves its points, money and uses in memory. */
function decide(scene: Scene, command: SaleCommand & { inputHash: string }): Decided | SaleResult {
	const refusal = scene.unknown(command);
	if (refusal) return { ok: false, refusal };
	const facts = scene.facts({ ...command, holder: holderOf(command) });
	const quoted = quote(command.ask, facts, scene.now);
	const asked = quoted.refused.find((one) => one.asked);
	const problem = quoted.problems[0] ?? asked?.refusal;
	if (problem) return { ok: false, refusal: problem, now: { quote: quoted, facts } };
	if (command.fingerprint !== null && quoted.fingerprint !== command.fingerprint)
		return { ok: false, refusal: checkoutRefusals.data('quote.stale'), now: { quote: quoted, facts } };
	const guest = command.ask.memberId === null;
	const memberId = command.ask.memberId ?? newId('member', scene.now);
	const rows = rowsOf(command, quoted, memberId, scene.now);
	move(scene, quoted, rows, holderOf(command));
	if (quoted.cardsSoldCents > 0) sellCards(scene, quoted, rows, guest);
	return { command, inputHash: command.inputHash, rows, quote: quoted, guest };
}

/** What the quote promised, on the books. It was quoted on these very books, so that a refusal here is our own fault. */
function move(scene: Scene, quoted: Quote, { receipt }: ReceiptRows, holder: Holder): void {
	const { id: ref, memberId } = receipt;
	const { earn } = scene.programme.rules;
	if (quoted.pointsSpent > 0) {
		const spent = scene.book.spend({ ownerId: memberId, points: quoted.pointsSpent, reason: 'spent', ref });
		must(spent.ok, 'quoted points can be spent');
	}
	for (const card of quoted.giftCards) {
		if (card.cents === 0) continue;
		const charged = scene.book.debit({
			ownerId: card.id,
			name: accountNames.money,
			unit: quoted.currency,
			amount: card.cents,
			reason: 'charged',
			ref,
			counterName: 'giftcards/charged'
		});
		must(charged.ok, 'a quoted gift card can be charged');
		scene.cards.charged(card.id, scene.programme.timeZone);
	}
	if (quoted.pointsEarned > 0) {
		const earned = scene.book.earn({
			ownerId: memberId,
			points: quoted.pointsEarned,
			...lifeOf(earn.expiry, scene.now, scene.programme.timeZone),
			maturesAt: quoted.earnedPendingUntil === null ? null : new Date(quoted.earnedPendingUntil),
			reason: 'earned',
			ref
		});
		must(earned.ok, 'quoted points can be earned');
	}
	earnTypes(scene, quoted, receipt);
	for (const right of quoted.applied)
		scene.vouchers.claim(right.id, { memberId, receiptId: ref, cents: right.cents, holder }, scene.now);
}

function earnTypes(scene: Scene, { typesEarned = [] }: Quote, { id: ref, memberId }: ReceiptRows['receipt']): void {
	for (const { typeId, points } of typesEarned) {
		const type = scene.programme.rules.types?.find(({ id }) => id === typeId);
		must(type, 'what is earned was read with the rules');
		const earned = scene.book.earn({
			ownerId: memberId,
			points,
			...lifeOf(type.expiry, scene.now, scene.programme.timeZone),
			maturesAt: null,
			reason: 'earned',
			ref,
			unit: unitOf(typeId)
		});
		must(earned.ok, 'quoted points can be earned');
	}
}

/** Puts the money that was sold on its cards, and the cards on the receipt's lines. A guest's new card is in no wallet. */
function sellCards(scene: Scene, quoted: Quote, { receipt, lines }: ReceiptRows, guest: boolean): void {
	receipt.cardsSoldCents = quoted.cardsSoldCents;
	for (const [position, { giftCard, toPayCents }] of quoted.lines.entries()) {
		const row = lines[position];
		if (!giftCard || !row) continue;
		const sold = scene.cards.sell(scene.book, giftCard, toPayCents, {
			currency: quoted.currency,
			storeId: receipt.storeId,
			timeZone: scene.programme.timeZone,
			memberId: guest ? null : receipt.memberId,
			receiptId: receipt.id
		});
		row.giftCard = { deed: giftCard.deed, ...sold };
	}
}

function rowsOf(command: SaleCommand, quoted: Quote, memberId: string, now: Date): ReceiptRows {
	const happenedAt = command.happenedAt ?? now;
	const id = newId('receipt', happenedAt);
	const tenders: Tender[] = [];
	const tender = (kind: Tender['kind'], subjectId: string | null, cents: number, points: number) => {
		if (cents > 0 || points > 0) tenders.push({ kind, subjectId, cents, points });
	};
	tender('points', null, quoted.pointsPaidCents, quoted.pointsSpent);
	for (const card of quoted.giftCards) tender('gift_card', card.id, card.cents, 0);
	tender('other', null, quoted.toPayCents, 0);
	return {
		receipt: {
			id,
			number: newCode('receipt'),
			storeId: command.storeId,
			deviceId: command.deviceId,
			staffId: command.staffId,
			memberId,
			currency: quoted.currency,
			listCents: quoted.listCents,
			discountCents: quoted.discountCents,
			taxes: quoted.taxes,
			taxAddedCents: quoted.taxAddedCents,
			totalCents: quoted.totalCents,
			pointsSpent: quoted.pointsSpent,
			pointsPaidCents: quoted.pointsPaidCents,
			giftCardCents: quoted.giftCardCents,
			toPayCents: quoted.toPayCents,
			pointsEarned: quoted.pointsEarned,
			earnedPendingUntil: quoted.earnedPendingUntil === null ? null : new Date(quoted.earnedPendingUntil),
			tenders,
			steps: storedSteps(
				quoted.steps,
				quoted.lines.map((line) => line.key)
			),
			happenedAt,
			committedAt: now
		},
		lines: quoted.lines.map((line, position) => ({
			position,
			productId: line.productId,
			categoryId: line.categoryId,
			name: line.name,
			quantityThousandths: line.quantity,
			unit: line.unit,
			unitCents: line.unitCents,
			listCents: line.listCents,
			discountCents: line.discountCents,
			netCents: line.netCents,
			taxId: line.taxId,
			taxCents: line.taxCents,
			pointsPaidCents: line.pointsPaidCents,
			pointsSpent: line.pointsSpent,
			giftCardCents: line.giftCardCents,
			toPayCents: line.toPayCents,
			pointsEarned: line.pointsEarned,
			discounts: line.discounts,
			costCents: line.costCents
		}))
	};
}

const soldEvent = ({ rows: { receipt } }: Decided): Event => ({
	topic: 'receipt.committed',
	subjectId: receipt.memberId,
	payload: {
		receiptId: receipt.id,
		memberId: receipt.memberId,
		storeId: receipt.storeId,
		totalCents: receipt.totalCents,
		currency: receipt.currency,
		pointsEarned: receipt.pointsEarned,
		pointsSpent: receipt.pointsSpent
	}
});

/** What a batch writes: all of it one statement. */
function writesOf(scene: Scene, decided: readonly Decided[]): Writes {
	const writes = new Writes();
	if (decided.length === 0) return writes;
	const { now } = scene;
	const guests = decided.filter((one) => one.guest).map((one) => one.rows.receipt.memberId);
	const keys: (OnceKey & Kept & { at: Date })[] = decided.map(({ command, rows, inputHash }) => ({
		...onceOf(command),
		inputHash,
		answer: { receiptId: rows.receipt.id },
		at: now
	}));
	const rows = decided.map((one) => one.rows);
	anonymous(writes, guests, now);
	recordReceipts(writes, rows);
	scene.book.addTo(writes);
	scene.vouchers.write(writes);
	scene.cards.write(writes);
	emit(writes, decided.map(soldEvent), now);
	keepOnce(writes, keys);
	return writes;
}

/** The receipt as `receiptViews` will read it back. */
const viewOf = ({ rows, guest }: Decided, scene: Scene): ReceiptView =>
	receiptView(rows, {
		storeName: scene.storeName(rows.receipt.storeId) ?? '',
		memberJoined: !guest && scene.memberJoined(rows.receipt.memberId),
		returns: []
	});
