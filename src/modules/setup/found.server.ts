import { createHash } from 'node:crypto';
import { and, eq } from 'drizzle-orm';
import { randomBody, withCheck } from '#core/codes';
import { isRefusal } from '#core/refusal';
import { minute } from '#core/time';
import { claimTry, forgetTries, inviteStaff, minutesUntil } from '#identity/server';
import { inTransaction, type Db, type Reads } from '#platform/db';
import { createStore, findProgramme, foundProgramme } from '#stores/server';
import { setupCodeLength, type FoundingInput } from './index.ts';
import { setupRefusals } from './refusals.ts';
import { setupCodes } from './tables.server.ts';

const { refuse } = setupRefusals;

/** One row, whoever starts: with several servers on one database the code printed last is the one that counts. */
const place = 'setup';
/** For everybody together, since there is one code: nobody else has business here. */
const setupTries = [{ tries: 10, within: 15 * minute }];

const hashOf = (code: string): string => createHash('sha256').update(code).digest('hex');

/** Whether this database has no house yet. */
export const isEmptyHouse = async (reads: Reads): Promise<boolean> => (await findProgramme(reads)) === null;

/**
 * A new set-up code for an empty house, in place of any earlier one; null where a house exists. Only its hash is kept.
 */
export async function makeSetupCode(db: Db, now: Date): Promise<string | null> {
	return inTransaction(db, async (tx) => {
		if (!(await isEmptyHouse(tx))) {
			await tx.delete(setupCodes);
			return null;
		}
		const code = withCheck(`S${randomBody(setupCodeLength - 2)}`);
		const fresh = { codeHash: hashOf(code), createdAt: now };
		await tx
			.insert(setupCodes)
			.values({ id: place, ...fresh })
			.onConflictDoUpdate({ target: setupCodes.id, set: fresh });
		return code;
	});
}

/**
 * Founds the house in one transaction: programme, first store, owner. Of two at once exactly one succeeds; after a
 * refusal the code still works.
 * @throws setup.code_wrong, setup.locked (`minutes`), setup.done
 */
export async function foundHouse(db: Db, input: FoundingInput, now: Date): Promise<void> {
	if (!(await isEmptyHouse(db))) throw refuse('setup.done');
	const [row] = await db.select().from(setupCodes).where(eq(setupCodes.id, place));
	// A new start makes a new code and begins the count anew.
	const about = `set-up code ${row?.codeHash ?? ''}`;
	const until = await claimTry(db, about, setupTries, now);
	if (until) throw refuse('setup.locked', { minutes: minutesUntil(until, now) });
	await inTransaction(db, async (tx) => {
		const [claimed] = await tx
			.delete(setupCodes)
			.where(and(eq(setupCodes.id, place), eq(setupCodes.codeHash, hashOf(input.code))))
			.returning({ id: setupCodes.id });
		if (!claimed) throw refuse((await isEmptyHouse(tx)) ? 'setup.code_wrong' : 'setup.done');
		const { timeZone, currency } = input;
		await foundProgramme(tx, { name: input.shop, currency, timeZone }, now);
		await createStore(tx, { name: input.store, city: input.city, timeZone, currency }, now);
		const { name, email, password } = input;
		await inviteStaff(tx, { name, email, password, role: 'owner' }, now);
	}).catch((error: unknown) => {
		// The demo shop moved in meanwhile.
		if (isRefusal(error) && error.code === 'programme.exists') throw refuse('setup.done');
		throw error;
	});
	await forgetTries(db, about, setupTries);
}
