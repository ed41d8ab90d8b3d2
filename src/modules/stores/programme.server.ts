import { isDeepStrictEqual } from 'node:util';
import { eq } from 'drizzle-orm';
import { must } from '#core/must';
import type { Reads, Tx } from '#platform/db';
import { keepTrail, type By } from '#platform/trail';
import { programmeRulesSchema, type ProgrammeRules } from '#pricing';
import { defaultRules, type Programme, type ProgrammeInput } from './index.ts';
import { storesRefusals } from './refusals.ts';
import { programmes } from './tables.server.ts';

/**
 * The programme of this database.
 * @throws `programme.missing` before there is one
 */
export async function programmeOf(reads: Reads): Promise<Programme> {
	const programme = await findProgramme(reads);
	if (!programme) throw storesRefusals.refuse('programme.missing');
	return programme;
}

/** The same; null in an empty house. */
export async function findProgramme(reads: Reads): Promise<Programme | null> {
	const [row] = await reads.select().from(programmes).limit(1);
	if (!row) return null;
	const { updatedAt: _, ...programme } = row;
	return programme;
}

/**
 * Founds the programme, with the default rules where none are given.
 * @throws `programme.exists`, `programme.rules_invalid`
 */
export async function foundProgramme(
	tx: Tx,
	input: ProgrammeInput & { rules?: ProgrammeRules },
	now: Date
): Promise<Programme> {
	const [there] = await tx.select({ id: programmes.id }).from(programmes).limit(1);
	if (there) throw storesRefusals.refuse('programme.exists');
	const programme: Programme = {
		// One programme per database: a fixed key makes a second one impossible, whoever races.
		id: 'programme',
		name: input.name,
		currency: input.currency,
		timeZone: input.timeZone,
		rules: checkedRules(input.rules ?? defaultRules),
		version: 1
	};
	const made = await tx
		.insert(programmes)
		.values({ ...programme, updatedAt: now })
		.onConflictDoNothing()
		.returning({ id: programmes.id });
	if (made.length === 0) throw storesRefusals.refuse('programme.exists');
	return programme;
}

/**
 * Changes the rules, provided that nobody changed them since `version` was read.
 * @throws `programme.rules_invalid`, `programme.missing`, `programme.changed` with the present version
 */
export async function updateProgramme(
	tx: Tx,
	{ rules, version }: { rules: ProgrammeRules; version: number },
	by: By,
	now: Date
): Promise<Programme> {
	const sound = checkedRules(rules);
	const [before] = await tx.select().from(programmes).for('update');
	if (!before) throw storesRefusals.refuse('programme.missing');
	if (before.version !== version) throw storesRefusals.refuse('programme.changed', { version: before.version });
	// Whoever does not speak of the types of points leaves them as they are.
	const types = sound.types ?? before.rules.types;
	const checked: ProgrammeRules = { ...sound, ...(types ? { types } : {}) };
	const [row] = await tx
		.update(programmes)
		.set({ rules: checked, version: version + 1, updatedAt: now })
		.where(eq(programmes.id, before.id))
		.returning();
	must(row, 'a locked row is there');
	const [earlier, later] = [before.rules, checked].map(({ earn, spend }) => ({ ...earn, ...spend }));
	// The types of points have entries of their own.
	if (types === before.rules.types || !isDeepStrictEqual(earlier, later))
		await keepTrail(
			tx,
			by,
			{
				action: 'programme.rules_changed',
				subject: { kind: 'programme', id: row.id },
				title: row.name,
				before: { ...earlier },
				after: { ...later }
			},
			now
		);
	const { updatedAt: _, ...programme } = row;
	return programme;
}

/** The rules, or a refusal that names the first field which is wrong. */
function checkedRules(rules: ProgrammeRules): ProgrammeRules {
	const parsed = programmeRulesSchema.safeParse(rules);
	if (parsed.success) return parsed.data;
	throw storesRefusals.refuse('programme.rules_invalid', { field: parsed.error.issues[0]?.path.join('.') ?? '' });
}
