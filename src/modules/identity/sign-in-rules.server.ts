import { and, eq, inArray, isNotNull, isNull } from 'drizzle-orm';
import type { Rights } from '#core/actor';
import type { Reads, Tx } from '#platform/db';
import { keepTrail, type By } from '#platform/trail';
import type { Giver } from './giving.server.ts';
import type { SecondFactorRule } from './index.ts';
import { hasConsole } from './permissions.ts';
import { hasPasskey } from './passkeys.server.ts';
import { identityRefusals } from './refusals.ts';
import { rightsOfAll } from './rights.server.ts';
import { secondFactors, sessions, signInRules, staff } from './tables.server.ts';

const { refuse } = identityRefusals;

const house = 'house';

export interface SignInRules {
	secondFactor: SecondFactorRule;
	version: number;
}

/** What the house asks of everybody who signs in to the console. */
export async function findSignInRules(reads: Reads): Promise<SignInRules> {
	const [row] = await reads.select().from(signInRules).where(eq(signInRules.id, house));
	return row ? { secondFactor: row.secondFactor, version: row.version } : { secondFactor: 'optional', version: 0 };
}

/** Permissions that let somebody in, or change what the house is: who holds one counts as a manager here. */
const weighty = ['staff.write', 'roles.write', 'programme.write', 'keys.write'];

/** Whether the house asks a second step of somebody with these rights. */
export function asksSecondFactor(rule: SecondFactorRule, rights: Pick<Rights, 'permissions'>): boolean {
	if (rule === 'optional' || !hasConsole(rights)) return false;
	return rule === 'everybody' || weighty.some((permission) => rights.permissions.includes(permission));
}

/**
 * Changes from whom a second step is asked. Whoever lacks one from now on is signed out, and led to set it up when they
 * sign in again.
 * @throws identity.rules_changed_meanwhile, identity.second_factor_first (whoever asks it of others has one)
 */
export async function saveSignInRules(
	tx: Tx,
	command: { secondFactor: SecondFactorRule; version: number },
	by: By & { actor: Giver },
	now: Date
): Promise<SignInRules> {
	const first = { id: house, secondFactor: 'optional' as const, version: 0 };
	await tx.insert(signInRules).values(first).onConflictDoNothing();
	const [before] = await tx.select().from(signInRules).where(eq(signInRules.id, house)).for('update');
	if (!before || before.version !== command.version) throw refuse('identity.rules_changed_meanwhile');
	const after = { secondFactor: command.secondFactor, version: before.version + 1 };
	if (asksSecondFactor(after.secondFactor, by.actor)) await mustHaveOne(tx, by.actor.userId);
	await tx.update(signInRules).set(after).where(eq(signInRules.id, house));
	await signOutWithout(tx, after.secondFactor, by.actor.userId);
	const deed = { action: 'programme.sign_in_rules_changed', subject: { kind: 'programme', id: house } };
	const [was, is] = [before, after].map(({ secondFactor }) => ({ secondFactor }));
	await keepTrail(tx, by, { ...deed, before: was, after: is }, now);
	return after;
}

async function mustHaveOne(tx: Tx, userId: string): Promise<void> {
	const [own] = await tx
		.select({ userId: secondFactors.userId })
		.from(secondFactors)
		.where(and(eq(secondFactors.userId, userId), isNotNull(secondFactors.confirmedAt)));
	if (!own && !(await hasPasskey(tx, userId))) throw refuse('identity.second_factor_first');
}

/**
 * Ends the sign-ins to the console of everybody who needs a second step and has no app: of those with a passkey, too,
 * since they may have come in with their password alone.
 * @param but who asks: they have one, and have just proved who they are
 */
async function signOutWithout(tx: Tx, rule: SecondFactorRule, but: string): Promise<void> {
	const people = await tx
		.select({ userId: staff.userId, role: staff.role, storeIds: staff.storeIds })
		.from(staff)
		.leftJoin(secondFactors, and(eq(secondFactors.userId, staff.userId), isNotNull(secondFactors.confirmedAt)))
		.where(and(isNotNull(staff.userId), isNull(staff.disabledAt), isNull(secondFactors.userId)));
	const rights = await rightsOfAll(tx, people);
	const asked = people.filter((person) => asksSecondFactor(rule, rights.get(person) ?? { permissions: [] }));
	const userIds = asked.flatMap(({ userId }) => (userId && userId !== but ? [userId] : []));
	if (userIds.length === 0) return;
	await tx.delete(sessions).where(and(inArray(sessions.userId, userIds), eq(sessions.face, 'admin')));
}
