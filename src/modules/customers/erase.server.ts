import { and, eq, lte, or } from 'drizzle-orm';
import { newId } from '#core/ids';
import { day, later } from '#core/time';
import { Writes } from '#platform/bulk';
import { inTransaction, sqlOf, type Db, type Reads, type Tx } from '#platform/db';
import { emit } from '#platform/outbox';
import { byHouse, keepTrail, type By } from '#platform/trail';
import { dataPolicyOf } from './data-policy.server.ts';
import { isOpen } from './erasing.server.ts';
import { familyOf } from './family.server.ts';
import { customersRefusals, type AtStake, type Member, type OpenErasure } from './index.ts';
import { reasonOf } from './merge.server.ts';
import type { MemberSteps } from './steps.server.ts';
import { erasures, members } from './tables.server.ts';

const { refuse } = customersRefusals;
type Row = typeof members.$inferSelect;

/** What the house calls somebody, and has typed before it forgets them. */
export const nameToType = ({
	name,
	email,
	phone,
	number
}: Pick<Member, 'name' | 'email' | 'phone' | 'number'>): string => name ?? email ?? phone ?? number;

const folded = (text: string): string => text.normalize('NFKC').trim().replace(/\s+/g, ' ').toLowerCase();

/**
 * A member and all who were merged into them, locked in the order of their ids, as sales and merges lock them.
 * @throws member.unknown (also when erased), member.merged
 */
async function lockFamily(tx: Tx, memberId: string): Promise<{ kept: Row; ids: string[] }> {
	const rows = await tx
		.select()
		.from(members)
		.where(or(eq(members.id, memberId), eq(members.mergedInto, memberId)))
		.orderBy(members.id)
		.for('update');
	const kept = rows.find(({ id }) => id === memberId);
	if (!kept || kept.erasedAt) throw refuse('member.unknown');
	if (kept.mergedInto) throw refuse('member.merged');
	return { kept, ids: rows.map(({ id }) => id) };
}

export interface AskErasure {
	memberId: string;
	/** by the house: why (3 to 200 characters), and whom, as typed; null: by the member themselves */
	house: { reason: string; name: string } | null;
}

/**
 * Somebody is to be erased, once the house's waiting time is over. Asked again it stays as it was.
 * @throws member.unknown, member.merged, member.reason_form, member_erasure.name_other
 */
export async function askErasure(
	tx: Tx,
	{ memberId, house }: AskErasure,
	by: By,
	now: Date
): Promise<{ dueAt: Date; asked: boolean }> {
	const reason = house && reasonOf(house.reason);
	const { kept } = await lockFamily(tx, memberId);
	if (house && folded(house.name) !== folded(nameToType(kept)))
		throw refuse('member_erasure.name_other', { field: 'name' });
	const [open] = await tx
		.select()
		.from(erasures)
		.where(and(eq(erasures.memberId, memberId), isOpen));
	if (open) return { dueAt: open.dueAt, asked: false };
	const { policy } = await dataPolicyOf(tx);
	const dueAt = later(now, policy.erasureDays * day);
	const { actor } = by;
	await tx.insert(erasures).values({
		id: newId('erasure', now),
		memberId,
		source: house ? 'console' : 'wallet',
		staffId: actor.kind === 'staff' ? actor.staffId : null,
		askedAt: now,
		dueAt
	});
	const subject = { kind: 'member', id: memberId };
	await keepTrail(tx, by, { action: 'member.erasure_asked', subject, after: { dueAt }, reason }, now);
	return { dueAt, asked: true };
}

/**
 * Whoever waits to be erased stays after all.
 * @param command `reason`: why, by the house; null: the member themselves
 * @throws member.unknown, member.merged, member.reason_form, member_erasure.none
 */
export async function takeBackErasure(
	tx: Tx,
	{ memberId, reason }: { memberId: string; reason: string | null },
	by: By,
	now: Date
): Promise<void> {
	const why = reason === null ? null : reasonOf(reason);
	await lockFamily(tx, memberId);
	const taken = await tx
		.update(erasures)
		.set({ takenBackAt: now })
		.where(and(eq(erasures.memberId, memberId), isOpen))
		.returning({ id: erasures.id });
	if (taken.length === 0) throw refuse('member_erasure.none');
	const subject = { kind: 'member', id: memberId };
	await keepTrail(tx, by, { action: 'member.erasure_taken_back', subject, reason: why }, now);
}

/** Those who wait to be erased, the next one first, with whom they are. */
export async function listErasures(
	reads: Reads,
	{ after, limit }: { after: { dueAt: Date; id: string } | null; limit: number }
): Promise<(OpenErasure & { member: { id: string; name: string } })[]> {
	const raw = sqlOf(reads);
	const rows = await raw.unsafe<{ id: string; dueAt: string; askedAt: string; member: string; called: string }[]>(
		`select e.id, e.source, e.asked_at as "askedAt", e.due_at as "dueAt", s.name as "staffName", m.id as member,
			coalesce(m.name, m.email, m.phone, m.number) as called
		from erasures e join members m on m.id = e.member_id left join staff s on s.id = e.staff_id
		where e.taken_back_at is null and e.done_at is null and ($1::timestamptz is null or (e.due_at, e.id) > ($1, $2))
		order by e.due_at, e.id limit $3`,
		[after?.dueAt.toISOString() ?? null, after?.id ?? '', limit]
	);
	return rows.map(({ member, called, ...row }) => ({
		...(row as unknown as OpenErasure),
		askedAt: new Date(row.askedAt),
		dueAt: new Date(row.dueAt),
		member: { id: member, name: called }
	}));
}

/** What a member gives up who is erased now. */
export async function atStake(
	reads: Reads,
	memberId: string,
	steps: readonly MemberSteps[],
	now: Date
): Promise<AtStake> {
	const ids = await familyOf(reads, memberId);
	const none: AtStake = { points: 0, pendingPoints: 0, debtPoints: 0, vouchers: 0, cards: [], gifts: 0 };
	const parts = await Promise.all(steps.map((step) => step.atStake?.(reads, ids, now)));
	return Object.assign(none, ...parts) as AtStake;
}

/** Whom to write to, after nothing is known about them any more. */
export interface Erased {
	memberIds: string[];
	letter: { email: string; language: string | null } | null;
}

/**
 * Erases a member and all who were merged into them, where it is due: what is personal goes, what is money stays under
 * ids that name nobody. The members are locked first, so that a sale or a merge at this moment is either over or finds
 * nobody. Done once, however often it is called.
 * @returns null when there is nothing to do (any more)
 */
export async function erase(
	tx: Tx,
	erasureId: string,
	steps: readonly MemberSteps[],
	now: Date
): Promise<Erased | null> {
	const [asked] = await tx.select().from(erasures).where(eq(erasures.id, erasureId));
	if (!asked) return null;
	const { kept, ids } = await lockFamily(tx, asked.memberId).catch(nobodyLeft);
	const [open] = await tx
		.update(erasures)
		.set({ doneAt: now })
		.where(and(eq(erasures.id, erasureId), isOpen, lte(erasures.dueAt, now)))
		.returning({ id: erasures.id });
	if (!open || !kept) return null;
	for (const step of steps) await step.erase(tx, ids, now);
	const subject = { kind: 'member', id: kept.id };
	const after = { erasureId, askedAt: asked.askedAt, records: ids.length };
	await keepTrail(tx, byHouse, { action: 'member.erased', subject, after }, now);
	const writes = new Writes();
	emit(writes, [{ topic: 'member.erased', subjectId: kept.id, payload: { memberId: kept.id } }], now);
	await writes.send(sqlOf(tx));
	return { memberIds: ids, letter: kept.email ? { email: kept.email, language: kept.language } : null };
}

/** Somebody else has erased them already. */
function nobodyLeft(error: unknown): { kept: null; ids: string[] } {
	const { code } = error as { code?: unknown };
	if (code === 'member.unknown') return { kept: null, ids: [] };
	throw error;
}

/**
 * Erases everybody whose time has come, each in a transaction of their own.
 * @param told after each of them
 */
export async function eraseDue(
	db: Db,
	steps: readonly MemberSteps[],
	{ now, told }: { now: Date; told: (erased: Erased) => Promise<void> | void }
): Promise<number> {
	const due = await db
		.select({ id: erasures.id })
		.from(erasures)
		.where(and(isOpen, lte(erasures.dueAt, now)))
		.orderBy(erasures.dueAt, erasures.id);
	let done = 0;
	for (const { id } of due) {
		const erased = await inTransaction(db, (tx) => erase(tx, id, steps, now));
		if (!erased) continue;
		done++;
		await told(erased);
	}
	return done;
}
