import type { Points } from '#core/amounts';
import { newId } from '#core/ids';
import { must } from '#core/must';
import { isRefusal, Refusal, type RefusalData } from '#core/refusal';
import { addDays, localDay, startOfDay } from '#core/time';
import { customersRefusals, type Member } from '#customers';
import { membersNamed, memberFacts } from '#customers/server';
import { lifeOf, unitOf } from '#ledger';
import { openBook, type Book } from '#ledger/server';
import { sqlOf, type Tx } from '#platform/db';
import { keepTrail, withoutCodes, type By } from '#platform/trail';
import type { PointType, TransferRules } from '#pricing';
import { programmeOf } from '#stores/server';
import { mostPoints, pointsRefusals, reasonLength, type ActKind, type PointsPolicy } from './index.ts';
import { policyOf } from './policy.server.ts';
import { getPointType } from './point-type.server.ts';
import { pointActs } from './tables.server.ts';

const { refuse } = pointsRefusals;

/** Trimmed, with codes in it masked; refuses one that is too short or too long. */
function reasonFrom(text: string): string {
	const reason = withoutCodes(text.trim());
	if (reason.length < reasonLength.least || reason.length > reasonLength.most) {
		throw refuse('points.reason_form', { field: 'reason', least: reasonLength.least, most: reasonLength.most });
	}
	return reason;
}

function noteFrom(text: string | null): string | null {
	const note = withoutCodes(text?.trim() ?? '');
	if (note.length > reasonLength.most) throw refuse('points.note_form', { field: 'note', most: reasonLength.most });
	return note || null;
}

/**
 * Uses up part of a day's limit; nothing is used when it does not fit. Whoever races waits for the row.
 * @returns how many are left for today when they did not fit, or null
 */
async function claimDay(
	tx: Tx,
	{
		subjectId,
		typeId = '',
		day,
		points,
		limit
	}: { subjectId: string; typeId?: string; day: string; points: Points; limit: Points }
): Promise<{ left: Points } | null> {
	if (points <= limit) {
		const claimed = await sqlOf(tx)`
			insert into point_days as d (subject_id, type_id, day, points)
			values (${subjectId}, ${typeId}, ${day}, ${points})
			on conflict (subject_id, type_id, day) do update set points = d.points + excluded.points
			where d.points + excluded.points <= ${limit} returning 1`;
		if (claimed.length > 0) return null;
	}
	const [row] = await sqlOf(tx)<{ points: number }[]>`
		select points from point_days where subject_id = ${subjectId} and type_id = ${typeId} and day = ${day}`;
	return { left: Math.max(0, limit - (row?.points ?? 0)) };
}

interface Act {
	id: string;
	kind: ActKind;
	memberId: string;
	otherMemberId?: string;
	points: Points;
	/** null: those that pay */
	typeId?: string | null;
	/** in the trail, where it is another type */
	typeName?: string;
	reason: string | null;
	note: string | null;
}

/** The unit of a type, and how an act names it; null: the points that pay. */
const of = (type: PointType | null): { unit: string; named: Partial<Pick<Act, 'typeId' | 'typeName'>> } => ({
	unit: unitOf(type?.id ?? null),
	named: type ? { typeId: type.id, typeName: type.name } : {}
});

async function keepActs(tx: Tx, acts: readonly Act[], by: By, now: Date): Promise<void> {
	if (acts.length === 0) return;
	const staffId = by.actor.kind === 'staff' ? by.actor.staffId : null;
	await tx.insert(pointActs).values(acts.map(({ typeName: _, ...act }) => ({ ...act, staffId, at: now })));
	const deeds = acts.map(({ kind, memberId, reason, points, typeName }) => {
		const action = { adjusted: 'points.adjusted', extended: 'points.extended', transferred: 'points.transferred' }[
			kind
		];
		return {
			action,
			subject: { kind: 'member', id: memberId },
			after: typeName ? { points, typeName } : { points },
			reason
		};
	});
	await keepTrail(tx, by, deeds, now);
}

/** @throws points.receiver_unknown (also when erased), member.merged */
function known(member: Member | undefined): Member {
	if (!member || member.erased) throw refuse('points.receiver_unknown');
	if (member.mergedInto) throw customersRefusals.refuse('member.merged');
	return member;
}

/** Read once the accounts are locked, so that nobody is merged meanwhile. @throws as `known` */
const getOwner = async (tx: Tx, memberId: string): Promise<Member> =>
	known((await memberFacts(tx, [memberId])).get(memberId));

/** @throws points.receiver_unknown, member.merged, points.member_blocked */
async function getReceiver(tx: Tx, memberId: string): Promise<void> {
	const member = await getOwner(tx, memberId);
	if (member.blocked) throw refuse('points.member_blocked');
}

export interface Adjusting {
	memberId: string;
	/** positive: given; negative: taken */
	points: Points;
	/** of which type; absent or null: those that pay */
	typeId?: string | null;
	/** why, for the house: 3 to 200 characters */
	reason: string;
	/** a word to the member, shown in their history */
	note: string | null;
	/** whether this person is bound by the policy's limits */
	limited: boolean;
}

export type Adjusted = { ok: true; actId: string; toDebt: Points; owed: Points } | { ok: false; refusal: RefusalData };

/**
 * Gives a member points, or takes some, by hand. Given points pay what the member owes and live as earned ones do; taken
 * ones go soonest due first.
 * @throws points.amount_form, .reason_form, .note_form, .receiver_unknown, .member_blocked (nothing is given to a blocked
 * member), .over_limit (`mostPoints`), .over_day_limit (`leftPoints`), .not_enough (`availablePoints`, when nothing may be
 * owed), .type_unknown
 */
export async function adjust(
	tx: Tx,
	command: Adjusting,
	by: By,
	now: Date
): Promise<{ actId: string; toDebt: Points; owed: Points }> {
	const [done] = await adjustAll(tx, [command], by, now);
	must(done, 'every command gets an answer');
	if (!done.ok) throw new Refusal(done.refusal);
	const { actId, toDebt, owed } = done;
	return { actId, toDebt, owed };
}

/**
 * The same for many at once: one answer for each, in their order; what refuses one does not hurt the others.
 * @param write false: says what would happen, and changes nothing
 */
export async function adjustAll(
	tx: Tx,
	commands: readonly Adjusting[],
	by: By,
	now: Date,
	{ write = true }: { write?: boolean } = {}
): Promise<Adjusted[]> {
	const [{ policy }, { rules, timeZone }] = await Promise.all([policyOf(tx), programmeOf(tx)]);
	const ids = [...new Set(commands.map(({ memberId }) => memberId))].sort();
	const book = await openBook(tx, ids, now, { lock: write });
	const members = await memberFacts(tx, ids);
	const day = localDay(now, timeZone);
	const acts: Act[] = [];
	const answers: Adjusted[] = [];
	for (const command of commands) {
		try {
			const size = sizeOf(command, policy);
			const words = { reason: reasonFrom(command.reason), note: noteFrom(command.note) };
			const type = command.typeId ? getPointType(rules.types, command.typeId, command.points > 0) : null;
			const { unit, named } = of(type);
			refuseUnfit(book, members.get(command.memberId), command, unit, policy);
			const { limited } = command;
			const { mostPerDay } = policy.adjust;
			if (write && limited && mostPerDay !== null && by.actor.kind === 'staff') {
				const full = await claimDay(tx, { subjectId: by.actor.staffId, day, points: size, limit: mostPerDay });
				if (full) throw refuse('points.over_day_limit', { field: 'points', leftPoints: full.left });
			}
			const id = newId('pointAct', now);
			const movement = { ownerId: command.memberId, points: size, reason: 'adjusted', ref: id, unit };
			const given = command.points > 0;
			const moved = given
				? book.earn({ ...movement, ...lifeOf((type ?? rules.earn).expiry, now, timeZone), maturesAt: null })
				: book.takeBack({ ...movement, ofRef: id });
			// More than an account can hold.
			if (!moved.ok) throw refuse('points.amount_form', { field: 'points', most: mostPoints });
			const { memberId, points } = command;
			acts.push({ id, kind: 'adjusted', memberId, points, ...named, ...words });
			answers.push({
				ok: true,
				actId: id,
				toDebt: 'toDebt' in moved ? moved.toDebt : 0,
				owed: 'owed' in moved ? moved.owed : 0
			});
		} catch (error) {
			if (!isRefusal(error)) throw error;
			const { code, kind, details } = error;
			answers.push({ ok: false, refusal: { code, kind, details } });
		}
	}
	if (!write) return answers;
	await book.write(tx);
	await keepActs(tx, acts, by, now);
	return answers;
}

/** Points that one command moves, whichever way. */
function sizeOf({ points, limited }: Adjusting, { adjust: { most } }: PointsPolicy): Points {
	const size = Math.abs(points);
	if (!Number.isSafeInteger(points) || points === 0 || size > mostPoints) {
		throw refuse('points.amount_form', { field: 'points', most: mostPoints });
	}
	if (limited && most !== null && size > most) throw refuse('points.over_limit', { field: 'points', mostPoints: most });
	return size;
}

/** @throws what speaks against giving this much to a member, or taking it */
function refuseUnfit(
	book: Book,
	found: Member | undefined,
	{ points }: Adjusting,
	unit: string,
	policy: PointsPolicy
): void {
	const member = known(found);
	if (member.blocked && points > 0) throw refuse('points.member_blocked');
	const { spendable } = book.points(member.id, unit);
	if (points < 0 && !policy.adjust.mayOwe && spendable < -points)
		throw refuse('points.not_enough', { field: 'points', availablePoints: spendable });
}

/**
 * Lets a member's points of a type live until the end of a day: those that would lapse before it. Of an archived type too:
 * nothing is given by that.
 * @param typeId of which type; absent or null: those that pay
 * @param untilDay ISO date in the programme's time zone, today or later
 * @throws points.day_past, .reason_form, .receiver_unknown, .none_to_extend, .type_unknown
 */
export async function extend(
	tx: Tx,
	command: { memberId: string; typeId?: string | null; untilDay: string; reason: string },
	by: By,
	now: Date
): Promise<{ actId: string; points: Points }> {
	const { memberId, typeId } = command;
	const reason = reasonFrom(command.reason);
	const { rules, timeZone } = await programmeOf(tx);
	const { unit, named } = of(typeId ? getPointType(rules.types, typeId, false) : null);
	const endsAt = startOfDay(addDays(command.untilDay, 1), timeZone);
	if (endsAt <= now) throw refuse('points.day_past', { field: 'untilDay' });
	const book = await openBook(tx, [memberId], now, { lock: true });
	await getOwner(tx, memberId);
	const id = newId('pointAct', now);
	const { points } = book.extend({ ownerId: memberId, endsAt, reason: 'extended', ref: id, unit });
	if (points === 0) throw refuse('points.none_to_extend', { field: 'untilDay' });
	await book.write(tx);
	await keepActs(tx, [{ id, kind: 'extended', memberId, points, ...named, reason, note: null }], by, now);
	return { actId: id, points };
}

/**
 * How members give each other points of a type, if they may.
 * @throws points.transfer_off, .type_unknown
 */
const transferRules = (type: PointType | null, { transfer: { enabled, ...rules } }: PointsPolicy): TransferRules => {
	const allowed = type ? type.transfer : enabled ? rules : undefined;
	if (!allowed) throw refuse('points.transfer_off');
	return allowed;
};

/**
 * A member gives points of a type to another, named by their member code or number: neither can be guessed, and an address would
 * tell who is a member here. The points keep their dates.
 * @param typeId of which type; absent or null: those that pay. Each type has a day's limit of its own.
 * @throws points.transfer_off, .type_unknown, .amount_form, .transfer_least (`leastPoints`), .transfer_day_limit (`leftPoints`),
 * .receiver_unknown, .receiver_self, .member_blocked, .too_few (`availablePoints`), .note_form
 */
export async function transfer(
	tx: Tx,
	command: { memberId: string; typeId?: string | null; to: string; points: Points; note: string | null },
	by: By,
	now: Date
): Promise<{ actId: string; toMemberId: string }> {
	const { memberId, points } = command;
	const [{ policy }, { rules, timeZone }] = await Promise.all([policyOf(tx), programmeOf(tx)]);
	const type = command.typeId ? getPointType(rules.types, command.typeId, true) : null;
	const { least, mostPerDay } = transferRules(type, policy);
	const { unit, named } = of(type);
	if (!Number.isSafeInteger(points) || points < 1 || points > mostPoints) {
		throw refuse('points.amount_form', { field: 'points', most: mostPoints });
	}
	if (points < least) throw refuse('points.transfer_least', { field: 'points', leastPoints: least });
	const note = noteFrom(command.note);
	const [receiver] = command.to.includes('@') ? [] : await membersNamed(tx, [command.to]);
	if (!receiver) throw refuse('points.receiver_unknown', { field: 'to' });
	if (receiver.id === memberId) throw refuse('points.receiver_self', { field: 'to' });
	const book = await openBook(tx, [memberId, receiver.id], now, { lock: true });
	await getReceiver(tx, receiver.id);
	await getReceiver(tx, memberId);
	if (book.purseOf(memberId) === book.purseOf(receiver.id)) throw refuse('points.same_purse', { field: 'to' });
	if (mostPerDay !== null) {
		const claim = { subjectId: memberId, day: localDay(now, timeZone), points, limit: mostPerDay };
		const full = await claimDay(tx, { ...claim, ...(type ? { typeId: type.id } : {}) });
		if (full) throw refuse('points.transfer_day_limit', { field: 'points', leftPoints: full.left });
	}
	const id = newId('pointAct', now);
	const moved = book.movePoints({
		fromOwnerId: memberId,
		toOwnerId: receiver.id,
		points,
		reason: 'transferred',
		ref: id,
		unit
	});
	if (!moved.ok) {
		const { spendable } = book.points(memberId, unit);
		throw refuse('points.not_enough', { field: 'points', availablePoints: spendable });
	}
	await book.write(tx);
	const parties = { memberId, otherMemberId: receiver.id };
	const act: Act = { id, kind: 'transferred', ...parties, points: -points, ...named, reason: null, note };
	await keepActs(tx, [act], by, now);
	return { actId: id, toMemberId: receiver.id };
}
