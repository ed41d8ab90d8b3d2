import { and, eq, isNull, ne, sql } from 'drizzle-orm';
import { randomBody } from '#core/codes';
import { newId } from '#core/ids';
import { must } from '#core/must';
import type { Writes } from '#platform/bulk';
import type { Tx } from '#platform/db';
import { customersRefusals, numberSymbols, type ConsentPurpose, type Member } from './index.ts';
import { memberOf, placeOf } from './members.server.ts';
import { consents, members } from './tables.server.ts';
import { wordsOf } from './words.ts';

export interface Join {
	/** the signed-in person; they have proved `email` by a code */
	userId?: string | null;
	email?: string | null;
	name?: string | null;
	/** the language the person reads */
	language: string;
	/** the wording agreed to, by purpose */
	consent: { programme: string; news?: string | null };
}

/**
 * Makes somebody a member, once: the same person or e-mail address again gives the member there is. A member whom the
 * house knows by e-mail alone (entered at a till, imported) becomes the person's who proved that address.
 * @throws member.consent_needed, member.email_taken (the address belongs to another person's membership)
 */
export async function join(tx: Tx, command: Join, now: Date): Promise<{ member: Member; joined: boolean }> {
	if (!command.consent.programme) throw customersRefusals.refuse('member.consent_needed');
	const userId = command.userId ?? null;
	const email = command.email?.trim() || null;
	const name = command.name?.trim() || null;

	// Whoever loses the race for an address or a person finds the winner's row on the next round.
	for (let round = 0; round < 3; round++) {
		const known = await find(tx, userId, email);
		if (known) {
			if (userId && known.userId && known.userId !== userId) throw customersRefusals.refuse('member.email_taken');
			if (known.mergedInto) return comeBack(tx, known, userId, command, now);
			const complete = known.joinedAt !== null && (!userId || known.userId === userId);
			if (!complete) await take(tx, known, { userId, name, language: command.language }, now);
			await agree(tx, known.id, agreedIn(command.consent), now);
			const [row] = await tx.select().from(members).where(eq(members.id, known.id));
			must(row, 'a member that was just read is there');
			return { member: memberOf(row), joined: known.joinedAt === null };
		}
		const [row] = await tx
			.insert(members)
			.values({
				id: newId('member', now),
				number: randomBody(numberSymbols),
				userId,
				email,
				name,
				words: wordsOf({ name, email, phone: null }),
				language: command.language,
				createdAt: now,
				joinedAt: now
			})
			.onConflictDoNothing()
			.returning();
		if (row) {
			await agree(tx, row.id, agreedIn(command.consent), now);
			return { member: memberOf(row), joined: true };
		}
	}
	throw customersRefusals.refuse('member.email_taken');
}

/** Somebody comes with the address of a member who was merged: it is theirs to sign in with, and leads to the kept one. */
async function comeBack(
	tx: Tx,
	merged: typeof members.$inferSelect,
	userId: string | null,
	{ consent }: Join,
	now: Date
): Promise<{ member: Member; joined: boolean }> {
	if (userId && !merged.userId) await tx.update(members).set({ userId }).where(eq(members.id, merged.id));
	const kept = await placeOf(tx, merged);
	await tx.select({ id: members.id }).from(members).where(eq(members.id, kept.id)).for('update');
	await agree(tx, kept.id, agreedIn(consent), now);
	return { member: memberOf(kept), joined: false };
}

/** The member of this person, else of this address; locked, so that two joins go one after the other. */
async function find(tx: Tx, userId: string | null, email: string | null) {
	if (userId) {
		const [row] = await tx.select().from(members).where(eq(members.userId, userId)).for('update');
		if (row) return row;
	}
	if (!email) return null;
	const [row] = await tx
		.select()
		.from(members)
		.where(eq(sql`lower(${members.email})`, email.toLowerCase()))
		.for('update');
	return row ?? null;
}

async function take(
	tx: Tx,
	known: typeof members.$inferSelect,
	person: { userId: string | null; name: string | null; language: string },
	now: Date
): Promise<void> {
	const name = known.name ?? person.name;
	await tx
		.update(members)
		.set({
			userId: known.userId ?? person.userId,
			name,
			words: wordsOf({ ...known, name }),
			language: known.language ?? person.language,
			joinedAt: known.joinedAt ?? now,
			version: sql`${members.version} + 1`
		})
		.where(eq(members.id, known.id));
}

type Agreed = { purpose: ConsentPurpose; wording: string };

const agreedIn = (consent: Join['consent']): Agreed[] => [
	{ purpose: 'programme', wording: consent.programme },
	...(consent.news ? [{ purpose: 'news' as const, wording: consent.news }] : [])
];

/** Writes down what was agreed to, unless it stands already. The caller holds the member's row. */
async function agree(tx: Tx, memberId: string, wanted: Agreed[], now: Date): Promise<void> {
	const standing = await tx
		.select({ purpose: consents.purpose, wording: consents.wording })
		.from(consents)
		.where(and(eq(consents.memberId, memberId), isNull(consents.withdrawnAt)));
	const missing = wanted.filter(
		({ purpose, wording }) => !standing.some((one) => one.purpose === purpose && one.wording === wording)
	);
	if (missing.length === 0) return;
	await tx
		.insert(consents)
		.values(
			missing.map((one) => ({ id: newId('consent', now), memberId, ...one, givenAt: now, source: 'wallet' as const }))
		);
}

/**
 * Gives or withdraws the consent that the programme does not need (news by e-mail).
 * @param wording the wording agreed to; null: withdrawn
 */
export async function setNewsConsent(tx: Tx, memberId: string, wording: string | null, now: Date): Promise<void> {
	// The member's row goes first, so that two taps on the switch go one after the other.
	await tx.select({ id: members.id }).from(members).where(eq(members.id, memberId)).for('update');
	const standing = and(eq(consents.memberId, memberId), eq(consents.purpose, 'news'), isNull(consents.withdrawnAt));
	const others = wording ? and(standing, ne(consents.wording, wording)) : standing;
	await tx.update(consents).set({ withdrawnAt: now, withdrawnSource: 'wallet' }).where(others);
	if (wording) await agree(tx, memberId, [{ purpose: 'news', wording }], now);
}

/**
 * Members for guest sales: nobody yet, to be claimed by the receipt. The caller makes the ids, so that a sale and its
 * member can be sent together; two numbers of 50 bits that meet once in a great while fail the transaction, to be tried
 * again.
 */
export function anonymous(writes: Writes, ids: readonly string[], now: Date): void {
	writes.insert(
		members,
		ids.map((id) => ({ id, number: randomBody(numberSymbols), createdAt: now }))
	);
}
