import { and, asc, eq, gt, isNull, sql } from 'drizzle-orm';
import { newId } from '#core/ids';
import type { Language } from '#core/languages';
import type { Role } from '#core/actor';
import { day, later } from '#core/time';
import { constraintOf, inTransaction, type Db, type Reads, type Tx } from '#platform/db';
import { keepTrail, type By } from '#platform/trail';
import type { AuthContext } from './auth.server.ts';
import { checkGiven, checkTouch } from './authority.server.ts';
import type { GivableRole, InvitationRow } from './index.ts';
import { limits } from './limits.server.ts';
import { linkHash, newLinkToken } from './links.server.ts';
import { keepPassword, newPasswordHash } from './new-password.server.ts';
import { identityRefusals } from './refusals.ts';
import { givableRoles, opensConsole, type Giver } from './giving.server.ts';
import { rightsOf, sharesStore } from './rights.server.ts';
import { invitations, roles, sessions, staff, users } from './tables.server.ts';
import { claimTry, minutesUntil } from './tries.server.ts';

const { refuse } = identityRefusals;

export const invitationDays = 7;

/** Who is invited, as what. */
export interface Invited {
	name: string;
	/** in the form of `emailSchema` */
	email: string;
	role: Role;
	/** null: every store */
	storeIds: readonly string[] | null;
}

/** What the letter needs; the token is nowhere else. */
export interface Letter {
	id: string;
	version: number;
	to: string;
	name: string;
	by: string;
	role: Role;
	/** null: every store */
	storeIds: readonly string[] | null;
	language: Language;
	token: string;
}

type Row = typeof invitations.$inferSelect;

const open = and(isNull(invitations.acceptedAt), isNull(invitations.withdrawnAt));

const factsOf = ({ name, email, role, storeIds }: Pick<Row, 'name' | 'email' | 'role' | 'storeIds'>) => ({
	name,
	email,
	role,
	stores: storeIds
});
const personal = ['name', 'email'];

/**
 * Invites somebody to the console. Whoever is invited must be let in with the link of the letter, for seven days.
 * @throws identity.above_your_role, identity.wider_stores, identity.role_unknown, identity.role_without_console, identity.email_taken (a colleague already),
 * identity.invited_already
 */
export async function invite(
	tx: Tx,
	command: Invited & { language: Language },
	by: By & { actor: Giver },
	now: Date
): Promise<Letter> {
	await checkGift(tx, command, by);
	const { token, tokenHash } = newLinkToken();
	const row = {
		id: newId('invitation', now),
		email: command.email,
		name: command.name,
		role: command.role,
		storeIds: command.storeIds && [...command.storeIds],
		language: command.language,
		tokenHash,
		version: 1,
		invitedBy: by.actor.staffId,
		createdAt: now,
		expiresAt: later(now, invitationDays * day)
	};
	await tx.insert(invitations).values(row).catch(openAlready);
	const deed = { action: 'invitation.sent', subject: { kind: 'invitation', id: row.id }, after: factsOf(row) };
	await keepTrail(tx, by, { ...deed, hidden: personal }, now);
	return letterOf(row, by, token);
}

const openAlready = (error: unknown): never => {
	if (constraintOf(error) === 'invitations_open') throw refuse('identity.invited_already');
	throw error;
};

const letterOf = (
	row: Pick<Row, 'id' | 'version' | 'email' | 'name' | 'role' | 'storeIds' | 'language'>,
	by: { actor: Giver },
	token: string
) => ({
	id: row.id,
	version: row.version,
	to: row.email,
	name: row.name,
	role: row.role,
	storeIds: row.storeIds,
	language: row.language,
	by: by.actor.name,
	token
});

/** Nobody gives more than they have, and a colleague needs no invitation. */
async function checkGift(tx: Tx, { email, role, storeIds }: Invited, by: { actor: Giver }): Promise<void> {
	await checkGiven(tx, by.actor, { role, storeIds });
	if (!(await opensConsole(tx, role))) throw refuse('identity.role_without_console');
	const [colleague] = await tx
		.select({ id: staff.id })
		.from(staff)
		.innerJoin(users, eq(users.id, staff.userId))
		.where(and(eq(users.email, email), isNull(staff.disabledAt)));
	if (colleague) throw refuse('identity.email_taken');
}

async function lockOpen(tx: Tx, id: string, by: { actor: Giver }): Promise<Row> {
	const [row] = await tx.select().from(invitations).where(eq(invitations.id, id)).for('update');
	if (!row) throw refuse('identity.invitation_unknown');
	if (row.acceptedAt) throw refuse('identity.invitation_used');
	if (row.withdrawnAt) throw refuse('identity.invitation_withdrawn');
	await checkTouch(tx, by.actor, row);
	return row;
}

/**
 * Sends the letter again, with a new link and another seven days; the earlier link is void.
 * @throws identity.invitation_unknown, identity.invitation_used, identity.invitation_withdrawn, identity.above_your_role,
 * identity.email_taken
 */
export async function resendInvitation(
	tx: Tx,
	{ id }: { id: string },
	by: By & { actor: Giver },
	now: Date
): Promise<Letter> {
	const row = await lockOpen(tx, id, by);
	const { letter } = await sendAnew(tx, row, row, by, now);
	await keepTrail(tx, by, { action: 'invitation.sent_again', subject: { kind: 'invitation', id } }, now);
	return letter;
}

/**
 * Corrects what was mistyped before anybody accepted, and sends the letter anew: the link that went to the wrong address
 * opens nothing any more.
 * @throws identity.invitation_changed_meanwhile besides those of `invite` and `resendInvitation`
 */
export async function correctInvitation(
	tx: Tx,
	{ id, version, ...invited }: Invited & { id: string; version: number },
	by: By & { actor: Giver },
	now: Date
): Promise<Letter> {
	const row = await lockOpen(tx, id, by);
	if (row.version !== version) throw refuse('identity.invitation_changed_meanwhile');
	const { letter, after } = await sendAnew(tx, row, invited, by, now);
	const deed = { action: 'invitation.corrected', subject: { kind: 'invitation', id }, before: factsOf(row), after };
	await keepTrail(tx, by, { ...deed, hidden: personal }, now);
	return letter;
}

async function sendAnew(tx: Tx, row: Row, invited: Invited, by: { actor: Giver }, now: Date) {
	await checkGift(tx, invited, by);
	const { token, tokenHash } = newLinkToken();
	const changed = {
		email: invited.email,
		name: invited.name,
		role: invited.role,
		storeIds: invited.storeIds && [...invited.storeIds],
		tokenHash,
		version: row.version + 1,
		invitedBy: by.actor.staffId,
		expiresAt: later(now, invitationDays * day),
		sentAt: null
	};
	await tx.update(invitations).set(changed).where(eq(invitations.id, row.id)).catch(openAlready);
	return { letter: letterOf({ ...row, ...changed }, by, token), after: factsOf(changed) };
}

/** Keeps that the mail server took the letter; a letter sent meanwhile has another version. */
export async function keepSent(db: Db, { id, version }: Letter, now: Date): Promise<void> {
	await db
		.update(invitations)
		.set({ sentAt: now })
		.where(and(eq(invitations.id, id), eq(invitations.version, version)));
}

/**
 * Takes an invitation back: its link opens nothing any more.
 * @throws identity.invitation_unknown, identity.invitation_used, identity.invitation_withdrawn, identity.above_your_role
 */
export async function withdrawInvitation(
	tx: Tx,
	{ id }: { id: string },
	by: By & { actor: Giver },
	now: Date
): Promise<void> {
	await lockOpen(tx, id, by);
	await tx.update(invitations).set({ withdrawnAt: now }).where(eq(invitations.id, id));
	await keepTrail(tx, by, { action: 'invitation.withdrawn', subject: { kind: 'invitation', id } }, now);
}

/**
 * Who was invited to stores of theirs and has not come yet, oldest first, those past their time among them; and the roles
 * that whoever asks may give.
 */
export async function listInvitations(
	reads: Reads,
	by: Giver,
	now: Date
): Promise<{ rows: InvitationRow[]; roles: GivableRole[] }> {
	const [rows, given] = await Promise.all([
		reads
			.select({ row: invitations, by: staff.name, left: staff.disabledAt, roleName: roles.name })
			.from(invitations)
			.innerJoin(staff, eq(staff.id, invitations.invitedBy))
			.leftJoin(roles, eq(roles.id, invitations.role))
			.where(open)
			.orderBy(asc(invitations.createdAt), asc(invitations.id)),
		givableRoles(reads, by)
	]);
	return {
		roles: given,
		rows: rows
			.filter(({ row }) => sharesStore(by.storeIds, row.storeIds))
			.map(({ row, by: invitedBy, left, roleName }) => ({
				id: row.id,
				version: row.version,
				name: row.name,
				email: row.email,
				role: row.role,
				roleName,
				storeIds: row.storeIds,
				invitedBy,
				createdAt: row.createdAt,
				expiresAt: row.expiresAt,
				state: left || row.expiresAt <= now ? 'over' : row.sentAt ? 'sent' : 'not_sent'
			}))
	};
}

/** Counts looks at links: 256 bits cannot be guessed, but nobody needs to try for hours. */
async function claimLook({ db, ip }: Pick<AuthContext, 'db' | 'ip'>, now: Date): Promise<void> {
	const until = await claimTry(db, `links from ${ip}`, limits.linksPerAddress, now);
	if (until) throw refuse('identity.too_many_tries', { minutes: minutesUntil(until, now) });
}

async function findByToken(reads: Reads, token: string, now: Date, lock: boolean) {
	const query = reads
		.select({ row: invitations, by: staff.name, left: staff.disabledAt })
		.from(invitations)
		.innerJoin(staff, eq(staff.id, invitations.invitedBy))
		.where(eq(invitations.tokenHash, linkHash(token)));
	const [found] = lock ? await query.for('update', { of: invitations }) : await query;
	if (!found) throw refuse('identity.invitation_unknown');
	const { row, by, left } = found;
	if (row.acceptedAt) throw refuse('identity.invitation_used');
	// Whoever answered for it is gone, or the role is: somebody else has to send it again.
	if (row.withdrawnAt || left || !(await opensConsole(reads, row.role))) throw refuse('identity.invitation_withdrawn');
	if (row.expiresAt <= now) throw refuse('identity.invitation_expired', { days: invitationDays });
	return { row, by };
}

/**
 * What an invitation's page shows to whoever holds its link.
 * @throws identity.invitation_unknown, identity.invitation_used, identity.invitation_withdrawn,
 * identity.invitation_expired (`days`), identity.too_many_tries (`minutes`)
 */
export async function readInvitation(
	context: Pick<AuthContext, 'db' | 'ip'>,
	token: string,
	now: Date
): Promise<{ name: string; email: string; role: Role; invitedBy: string }> {
	await claimLook(context, now);
	const { row, by } = await findByToken(context.db, token, now, false);
	return { name: row.name, email: row.email, role: row.role, invitedBy: by };
}

/**
 * Makes whoever holds the link a colleague with a password of their own choice. A shopper keeps their wallet beside it;
 * somebody who left and comes back is the same colleague again, with nothing of their old sign-in. Of two at once exactly
 * one succeeds.
 * @throws those of `readInvitation`, identity.email_taken, identity.password_too_short (`least`),
 * identity.password_too_simple
 */
export async function acceptInvitation(
	context: Pick<AuthContext, 'db' | 'ip'>,
	{ token, name, password }: { token: string; name: string; password: string },
	from: { language: Language; requestId: string },
	now: Date
): Promise<{ userId: string; staffId: string }> {
	await claimLook(context, now);
	await findByToken(context.db, token, now, false);
	const hash = await newPasswordHash(password);
	return inTransaction(context.db, async (tx) => {
		const { row } = await findByToken(tx, token, now, true);
		const userId = await userOf(tx, row.email, name, now);
		const staffId = await becomeStaff(tx, { ...row, name, userId, language: from.language }, now);
		await keepPassword(tx, userId, hash, now);
		await tx.update(invitations).set({ acceptedAt: now, staffId }).where(eq(invitations.id, row.id));
		const { role, storeIds: stores } = row;
		const rights = await rightsOf(tx, row);
		const by: By = { actor: { kind: 'staff', userId, staffId, name, ...rights }, requestId: from.requestId };
		const deed = { action: 'invitation.accepted', subject: { kind: 'staff', id: staffId }, after: { role, stores } };
		await keepTrail(tx, by, deed, now);
		return { userId, staffId };
	});
}

/** The letter has reached them, so the address is theirs; a user who is a shopper keeps their name there. */
async function userOf(tx: Tx, email: string, name: string, now: Date): Promise<string> {
	const [user] = await tx
		.insert(users)
		.values({ id: newId('user', now), name, email, emailVerified: true, createdAt: now, updatedAt: now })
		.onConflictDoUpdate({ target: users.email, set: { updatedAt: now, emailVerified: true } })
		.returning({ id: users.id });
	return (user as { id: string }).id;
}

async function becomeStaff(
	tx: Tx,
	{ userId, name, role, storeIds, language }: Pick<Row, 'name' | 'role' | 'storeIds' | 'language'> & { userId: string },
	now: Date
): Promise<string> {
	const facts = { name, role, storeIds, language };
	const [row] = await tx
		.insert(staff)
		.values({ id: newId('staff', now), userId, ...facts, createdAt: now })
		.onConflictDoUpdate({
			target: staff.userId,
			targetWhere: sql`${staff.userId} is not null`,
			set: { ...facts, disabledAt: null, pinHash: null },
			setWhere: sql`${staff.disabledAt} is not null`
		})
		.returning({ id: staff.id });
	if (!row) throw refuse('identity.email_taken');
	await tx
		.delete(sessions)
		.where(and(eq(sessions.userId, userId), eq(sessions.face, 'admin'), gt(sessions.expiresAt, now)));
	return row.id;
}
