import { eq, inArray, sql } from 'drizzle-orm';
import { newCode } from '#core/codes';
import { newId } from '#core/ids';
import { Refusal } from '#core/refusal';
import { sqlOf, type Reads, type Tx } from '#platform/db';
import { categories, products, stores } from '#stores/tables';
import { voucherRefusals } from './refusals.ts';
import { keepTrail, type By } from '#platform/trail';
import { productsOfEffect } from '#pricing';
import { changeProblems, definitionProblems, readSharedCode, type Definition, type Problem } from './rules.ts';
import { voucherCodes, vouchers } from './tables.server.ts';

export type VoucherRow = typeof vouchers.$inferSelect;

/** The first problem as a refusal; the others go with it, so that a form can show all of them at once. */
export function refuseProblems(problems: readonly Problem[]): void {
	const first = problems[0];
	if (first) throw new Refusal(first.refusal, { problems });
}

const definitionColumns = (definition: Definition) => ({
	title: definition.title.trim(),
	description: definition.description?.trim() || null,
	effect: definition.effect,
	conditions: definition.conditions,
	stacking:
		definition.stacking.kind === 'group'
			? { ...definition.stacking, group: definition.stacking.group.trim() }
			: definition.stacking,
	codeKind: definition.codeKind,
	holding: definition.holding,
	startsAt: definition.startsAt,
	endsAt: definition.endsAt,
	validDays: definition.validity?.days ?? null,
	validFrom: definition.validity?.from ?? ('issue' as const),
	usesPerMember: definition.usesPerMember,
	usesPerCode: definition.usesPerCode
});

/** What a row says as its manager wrote it. */
export function definitionOf(row: ReturnType<typeof definitionColumns>): Definition {
	const { validDays, validFrom, ...rest } = row;
	return { ...rest, validity: validDays === null ? null : { days: validDays, from: validFrom } };
}

/** The definition's fields as the trail keeps them. */
const trailFields = (row: ReturnType<typeof definitionColumns>) => ({
	title: row.title,
	description: row.description,
	effect: row.effect,
	conditions: row.conditions,
	stacking: row.stacking,
	codeKind: row.codeKind,
	holding: row.holding,
	startsAt: row.startsAt,
	endsAt: row.endsAt,
	validDays: row.validDays,
	validFrom: row.validDays === null ? null : row.validFrom,
	usesPerMember: row.usesPerMember,
	usesPerCode: row.usesPerCode
});

export const voucherSubject = (id: string) => ({ kind: 'voucher', id });

/**
 * A new voucher. One with a shared code has it at once: the manager's own, or one of ours when `sharedCode` is null.
 * @returns its id, and the shared code as it is kept
 * @throws every problem of the definition (the first as refusal, all as attachment), `voucher.code_taken`
 */
export async function createVoucher(
	tx: Tx,
	{ definition, currency, sharedCode }: { definition: Definition; currency: string; sharedCode: string | null },
	by: By,
	now: Date
): Promise<{ id: string; sharedCode: string | null }> {
	const wanted = definition.codeKind === 'shared' && sharedCode !== null ? readSharedCode(sharedCode) : null;
	refuseProblems([
		...definitionProblems(definition, now),
		...(await unknownThings(tx, definition)),
		...(wanted && 'problem' in wanted ? [wanted.problem] : [])
	]);
	const id = newId('voucher', now);
	const columns = definitionColumns(definition);
	await tx.insert(vouchers).values({ id, currency, ...columns, createdAt: now, updatedAt: now });
	const deed = { action: 'voucher.created', subject: voucherSubject(id), title: columns.title };
	await keepTrail(tx, by, { ...deed, after: trailFields(columns) }, now);
	if (definition.codeKind === 'unique') return { id, sharedCode: null };
	const chosen = wanted && 'code' in wanted ? wanted.code : null;
	return { id, sharedCode: await keepSharedCode(tx, id, chosen, definition.usesPerCode, now) };
}

async function keepSharedCode(
	tx: Tx,
	voucherId: string,
	chosen: string | null,
	usesLeft: number | null,
	now: Date
): Promise<string> {
	// One of ours collides once in 2^60 tries; the second attempt is for the reader's peace.
	for (const code of chosen === null ? [newCode('voucher'), newCode('voucher')] : [chosen]) {
		const kept = await tx
			.insert(voucherCodes)
			.values({ id: newId('voucherCode', now), voucherId, code, usesLeft, issuedAt: now })
			.onConflictDoNothing({ target: voucherCodes.code })
			.returning({ code: voucherCodes.code });
		if (kept[0]) return kept[0].code;
	}
	throw voucherRefusals.refuse('voucher.code_taken', { field: 'sharedCode' });
}

/** Products, categories and stores that a definition names and that do not exist. */
async function unknownThings(reads: Reads, { effect, conditions }: Definition): Promise<Problem[]> {
	const free = productsOfEffect(effect);
	const [known, knownCategories, knownStores] = await Promise.all([
		idsOf(reads, products, [...free, ...conditions.productIds]),
		idsOf(reads, categories, conditions.categoryIds),
		idsOf(reads, stores, conditions.storeIds)
	]);
	const found: Problem[] = [];
	const check = (
		field: Problem['field'],
		code: Parameters<typeof voucherRefusals.data>[0],
		ids: readonly string[],
		all: Set<string>
	) => {
		if (ids.some((id) => !all.has(id))) found.push({ field, refusal: voucherRefusals.data(code, { field }) });
	};
	check('productIds', 'voucher.unknown_product', free, known);
	check('eligibleProductIds', 'voucher.unknown_product', conditions.productIds, known);
	check('categoryIds', 'voucher.unknown_category', conditions.categoryIds, knownCategories);
	check('storeIds', 'voucher.unknown_store', conditions.storeIds, knownStores);
	return found;
}

async function idsOf(
	reads: Reads,
	table: typeof products | typeof categories | typeof stores,
	ids: readonly string[]
): Promise<Set<string>> {
	if (ids.length === 0) return new Set();
	const rows = await reads
		.select({ id: table.id })
		.from(table)
		.where(inArray(table.id, [...new Set(ids)]));
	return new Set(rows.map((row) => row.id));
}

/**
 * The voucher, locked against other changes from the console until the transaction ends. Redemptions do not wait: they
 * touch codes only.
 */
export async function lockVoucher(tx: Tx, id: string): Promise<VoucherRow> {
	const [row] = await tx.select().from(vouchers).where(eq(vouchers.id, id)).for('no key update');
	if (!row) throw voucherRefusals.refuse('voucher.not_found');
	return row;
}

/** @throws `voucher.not_found` */
export async function getVoucher(reads: Reads, id: string): Promise<VoucherRow> {
	const [row] = await reads.select().from(vouchers).where(eq(vouchers.id, id));
	if (!row) throw voucherRefusals.refuse('voucher.not_found');
	return row;
}

/** @throws `voucher.archived`, `voucher.shared_has_one` when it takes no more codes */
export function refusePool({ archivedAt, codeKind }: VoucherRow): void {
	if (archivedAt) throw voucherRefusals.refuse('voucher.archived');
	if (codeKind === 'shared') throw voucherRefusals.refuse('voucher.shared_has_one');
}

/** What may still be changed depends on these. */
export async function usageOf(reads: Reads, voucherId: string): Promise<{ redeemed: boolean; codesOut: boolean }> {
	const [row] = await sqlOf(reads)<{ redeemed: boolean; codes_out: boolean }[]>`
		select exists (select 1 from voucher_redemptions where voucher_id = ${voucherId}) as redeemed,
			exists (select 1 from voucher_codes where voucher_id = ${voucherId}) as codes_out`;
	return { redeemed: row?.redeemed === true, codesOut: row?.codes_out === true };
}

/**
 * Saves an edited definition.
 * @param version the one the editor started from
 * @returns the new version
 * @throws `voucher.changed_meanwhile` when somebody saved since, `voucher.archived`, every problem of the definition,
 * and what may not be changed any more (`voucher.effect_fixed`, `voucher.limit_only_up`, …)
 */
export async function editVoucher(
	tx: Tx,
	{ id, version, definition }: { id: string; version: number; definition: Definition },
	by: By,
	now: Date
): Promise<{ version: number }> {
	const before = await lockVoucher(tx, id);
	if (before.version !== version)
		throw voucherRefusals.refuse('voucher.changed_meanwhile', { version: before.version });
	if (before.archivedAt) throw voucherRefusals.refuse('voucher.archived');
	if (before.usesPerCode !== definition.usesPerCode) await lockCodes(tx, id);
	refuseProblems([
		...definitionProblems(definition, now),
		...changeProblems(definitionOf(before), definition, await usageOf(tx, id)),
		...(await unknownThings(tx, definition))
	]);
	const columns = definitionColumns(definition);
	await tx
		.update(vouchers)
		.set({ ...columns, version: version + 1, updatedAt: now })
		.where(eq(vouchers.id, id));
	const deed = { action: 'voucher.edited', subject: voucherSubject(id), title: columns.title };
	await keepTrail(tx, by, { ...deed, before: trailFields(before), after: trailFields(columns) }, now);
	await moveLimits(tx, id, before.usesPerCode, definition.usesPerCode);
	return { version: version + 1 };
}

/** No redemption of these codes can be under way afterwards: a redemption writes its code's row. */
async function lockCodes(tx: Tx, voucherId: string): Promise<void> {
	await tx.execute(
		sql`select 1 from ${voucherCodes} where ${voucherCodes.voucherId} = ${voucherId}
			order by ${voucherCodes.id} for no key update`
	);
}

/**
 * Uses left follow the new limit by the difference, so that uses already made stay made. From or to "without limit" only
 * happens upwards once something was redeemed, or before anything was.
 */
async function moveLimits(tx: Tx, voucherId: string, before: number | null, after: number | null): Promise<void> {
	if (before === after) return;
	const usesLeft =
		before === null || after === null ? sql`${after}::bigint` : sql`${voucherCodes.usesLeft} + ${after - before}`;
	await tx.update(voucherCodes).set({ usesLeft }).where(eq(voucherCodes.voucherId, voucherId));
}

/** Stops redemptions until it is resumed. Pausing twice is pausing once. */
export async function pauseVoucher(tx: Tx, { id }: { id: string }, by: By, now: Date): Promise<void> {
	await changeState(tx, id, { pausedAt: now }, by, now);
}

export async function resumeVoucher(tx: Tx, { id }: { id: string }, by: By, now: Date): Promise<void> {
	await changeState(tx, id, { pausedAt: null }, by, now);
}

/** Ends it for good: it is no longer redeemed, edited or given out. Archiving twice is archiving once. */
export async function archiveVoucher(tx: Tx, { id }: { id: string }, by: By, now: Date): Promise<void> {
	const row = await lockVoucher(tx, id);
	if (row.archivedAt) return;
	await tx.update(vouchers).set({ archivedAt: now, updatedAt: now }).where(eq(vouchers.id, id));
	await keepTrail(tx, by, { action: 'voucher.archived', subject: voucherSubject(id), title: row.title }, now);
}

async function changeState(tx: Tx, id: string, set: { pausedAt: Date | null }, by: By, now: Date): Promise<void> {
	const row = await lockVoucher(tx, id);
	if (row.archivedAt) throw voucherRefusals.refuse('voucher.archived');
	if ((row.pausedAt === null) === (set.pausedAt === null)) return;
	await tx
		.update(vouchers)
		.set({ ...set, updatedAt: now })
		.where(eq(vouchers.id, id));
	const deed = set.pausedAt ? { action: 'voucher.paused' } : { action: 'voucher.resumed' };
	await keepTrail(tx, by, { ...deed, subject: voucherSubject(id), title: row.title }, now);
}
