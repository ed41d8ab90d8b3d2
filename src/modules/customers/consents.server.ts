import { and, desc, eq, inArray, isNull } from 'drizzle-orm';
import { newId } from '#core/ids';
import type { Reads, Tx } from '#platform/db';
import { keepTrail, type By } from '#platform/trail';
import { consentPurposes, type ConsentPurpose, type ConsentSource } from './index.ts';
import { customersRefusals } from './refusals.ts';
import { consents, members } from './tables.server.ts';
import { inPerson } from './wordings.ts';

const { refuse } = customersRefusals;

/** Where a consent came from, and who answers for it. */
export interface Proof {
	source: ConsentSource;
	storeId: string | null;
	staffId: string | null;
}

/** The proof of what is agreed to in front of somebody. */
export function proofOf({ actor }: By, source?: ConsentSource): Proof {
	if (actor.kind === 'till') return { source: 'till', storeId: actor.storeId, staffId: actor.staff?.id ?? null };
	if (actor.kind === 'staff') return { source: source ?? 'console', storeId: null, staffId: actor.staffId };
	return { source: source ?? 'wallet', storeId: null, staffId: null };
}

export interface ConsentRow {
	id: string;
	purpose: ConsentPurpose;
	wording: string;
	givenAt: Date;
	source: ConsentSource;
	storeId: string | null;
	staffId: string | null;
	withdrawnAt: Date | null;
	withdrawnSource: ConsentSource | null;
	withdrawnStaffId: string | null;
}

/** All that a member ever agreed to, newest first. */
export async function consentsOf(reads: Reads, memberId: string): Promise<ConsentRow[]> {
	const rows = await reads
		.select()
		.from(consents)
		.where(eq(consents.memberId, memberId))
		.orderBy(desc(consents.givenAt), desc(consents.id))
		.limit(100);
	return rows.map(({ memberId: _, ...row }) => row);
}

/**
 * Writes down what somebody agreed to in person, each once. The caller holds the member's row.
 * @returns the purposes that are new
 */
export async function agreeInPerson(
	tx: Tx,
	memberId: string,
	purposes: readonly ConsentPurpose[],
	by: By,
	now: Date
): Promise<ConsentPurpose[]> {
	const standing = await tx
		.select({ purpose: consents.purpose })
		.from(consents)
		.where(and(eq(consents.memberId, memberId), isNull(consents.withdrawnAt)));
	const fresh = consentPurposes.filter(
		(purpose) => purposes.includes(purpose) && !standing.some((one) => one.purpose === purpose)
	);
	if (fresh.length > 0)
		await tx.insert(consents).values(
			fresh.map((purpose) => ({
				id: newId('consent', now),
				memberId,
				purpose,
				wording: inPerson[purpose],
				givenAt: now,
				...proofOf(by)
			}))
		);
	return fresh;
}

/**
 * Notes on a member's word that they want news, or no longer do.
 * @throws member.unknown
 */
export async function noteNews(
	tx: Tx,
	{ memberId, wanted }: { memberId: string; wanted: boolean },
	by: By,
	now: Date
): Promise<void> {
	const [row] = await tx.select().from(members).where(eq(members.id, memberId)).for('update');
	if (!row || row.erasedAt) throw refuse('member.unknown');
	const subject = { kind: 'member', id: memberId };
	if (wanted) {
		const fresh = await agreeInPerson(tx, memberId, ['news'], by, now);
		if (fresh.length > 0)
			await keepTrail(tx, by, { action: 'consent.given', subject, after: { purpose: 'news' } }, now);
		return;
	}
	const { source, staffId } = proofOf(by);
	const ended = await tx
		.update(consents)
		.set({ withdrawnAt: now, withdrawnSource: source, withdrawnStaffId: staffId })
		.where(and(eq(consents.memberId, memberId), inArray(consents.purpose, ['news']), isNull(consents.withdrawnAt)))
		.returning({ id: consents.id });
	if (ended.length > 0)
		await keepTrail(tx, by, { action: 'consent.withdrawn', subject, after: { purpose: 'news' } }, now);
}
