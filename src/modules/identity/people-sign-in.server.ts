import { and, eq, isNull } from 'drizzle-orm';
import type { Reads, Tx } from '#platform/db';
import { requestRefusals } from '#platform/refusals';
import { keepTrail, type By } from '#platform/trail';
import { checkTouch } from './authority.server.ts';
import type { Giver } from './giving.server.ts';
import type { SessionRow } from './index.ts';
import { listPasskeys, removePasskeys } from './passkeys.server.ts';
import { identityRefusals } from './refusals.ts';
import { sharesStore } from './rights.server.ts';
import { makeReset } from './resets.server.ts';
import { findSecondFactor, removeSecondFactor } from './second-factor.server.ts';
import { endSession, endSessions, listSessions } from './sessions.server.ts';
import { staff, users } from './tables.server.ts';

const { refuse } = identityRefusals;

/** What managers do about the sign-in of a colleague whose rights they hold themselves. */
interface About {
	staffId: string;
}

async function getColleague(reads: Reads, { staffId }: About, by: Giver) {
	const [row] = await reads
		.select({
			userId: staff.userId,
			email: users.email,
			role: staff.role,
			storeIds: staff.storeIds,
			language: staff.language
		})
		.from(staff)
		.leftJoin(users, eq(users.id, staff.userId))
		.where(and(eq(staff.id, staffId), isNull(staff.disabledAt)));
	if (!row || !sharesStore(by.storeIds, row.storeIds))
		throw by.storeIds === null ? refuse('identity.staff_unknown') : requestRefusals.refuse('access.other_store');
	if (staffId !== by.staffId) await checkTouch(reads, by, row);
	return row;
}

async function getWithConsole(reads: Reads, about: About, by: Giver) {
	const row = await getColleague(reads, about, by);
	if (!row.userId || !row.email) throw refuse('identity.no_console');
	return { userId: row.userId, email: row.email, language: row.language };
}

const subjectOf = ({ staffId }: About) => ({ kind: 'staff', id: staffId });

/**
 * A colleague's sign-ins to the console, and whether they have an app and passkeys; null for those who have no console.
 * @throws identity.staff_unknown, identity.above_your_role
 */
export async function viewSignIn(
	reads: Reads,
	about: About,
	by: Giver,
	now: Date
): Promise<{ secondFactorSince: Date | null; passkeys: number; sessions: SessionRow[] } | null> {
	const { userId } = await getColleague(reads, about, by);
	if (!userId) return null;
	const [factor, passkeys, sessions] = await Promise.all([
		findSecondFactor(reads, userId),
		listPasskeys(reads, userId),
		listSessions(reads, { userId, currentId: null }, now)
	]);
	return { secondFactorSince: factor?.since ?? null, passkeys: passkeys.length, sessions };
}

/**
 * Ends one of a colleague's sign-ins to the console, or all of them.
 * @param command `sessionId` null: all
 * @throws identity.staff_unknown, identity.above_your_role, identity.no_console, identity.session_unknown
 */
export async function endSignIns(
	tx: Tx,
	command: About & { sessionId: string | null },
	by: By & { actor: Giver },
	now: Date
): Promise<void> {
	const { userId } = await getWithConsole(tx, command, by.actor);
	if (command.sessionId === null) await endSessions(tx, userId);
	else await endSession(tx, { userId, id: command.sessionId });
	await keepTrail(tx, by, { action: 'staff.signed_out', subject: subjectOf(command) }, now);
}

/**
 * Ends a colleague's sign-ins and makes a link with which they choose a new password.
 * @throws identity.staff_unknown, identity.above_your_role, identity.no_console
 */
export async function sendAway(
	tx: Tx,
	command: About,
	by: By & { actor: Giver },
	now: Date
): Promise<{ email: string; language: Awaited<ReturnType<typeof getWithConsole>>['language']; token: string }> {
	const { userId, email, language } = await getWithConsole(tx, command, by.actor);
	await endSessions(tx, userId);
	await keepTrail(tx, by, { action: 'staff.reset_sent', subject: subjectOf(command) }, now);
	return { email, language, token: await makeReset(tx, userId, now) };
}

/**
 * Takes away the app and the passkeys of a colleague who lost them, with a reason; their sign-ins end.
 * @throws identity.staff_unknown, identity.above_your_role, identity.no_console, identity.second_factor_unknown,
 * identity.not_yourself (one's own is removed in one's own account)
 */
export async function resetSecondFactor(
	tx: Tx,
	command: About & { reason: string },
	by: By & { actor: Giver },
	now: Date
): Promise<{ email: string }> {
	if (command.staffId === by.actor.staffId) throw refuse('identity.not_yourself');
	const { userId, email } = await getWithConsole(tx, command, by.actor);
	const passkeys = await removePasskeys(tx, userId);
	const app = await removeSecondFactor(tx, userId);
	if (!app && passkeys === 0) throw refuse('identity.second_factor_unknown');
	await endSessions(tx, userId);
	const { reason } = command;
	await keepTrail(tx, by, { action: 'staff.second_factor_reset', subject: subjectOf(command), reason }, now);
	return { email };
}
