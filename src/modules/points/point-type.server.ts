import { isDeepStrictEqual } from 'node:util';
import { newId } from '#core/ids';
import type { PointsBalance } from '#ledger';
import { unitOf } from '#ledger';
import { openBook } from '#ledger/server';
import type { Reads, Tx } from '#platform/db';
import { keepTrail, withoutCodes, type By, type Deed } from '#platform/trail';
import { mostPointTypes, pointTypeSchema, type PointType } from '#pricing';
import { programmeOf, updateProgramme } from '#stores/server';
import { pointsRefusals, type TypeBalance } from './index.ts';

const { refuse } = pointsRefusals;

/** A type as it is typed: a new one has no id yet. */
export type PointTypeInput = Omit<PointType, 'id'> & { id: string | null };

/** The types of points beside those that pay, and the programme's version to change them by. */
export async function pointTypes(reads: Reads): Promise<{ types: PointType[]; version: number }> {
	const { rules, version } = await programmeOf(reads);
	return { types: rules.types ?? [], version };
}

/**
 * Keeps the types as they are given, in their order. One that was there before stays: it may be archived, so that what
 * members have of it ends in its time, and its name goes on standing on receipts.
 * @throws points.type_form (`place` from 1, `field`), .type_twice (`typeName`), .type_missing, .types_many (`most`),
 * .types_changed (`version`)
 */
export async function savePointTypes(
	tx: Tx,
	{ types, version }: { types: readonly PointTypeInput[]; version: number },
	by: By,
	now: Date
): Promise<{ version: number }> {
	const programme = await programmeOf(tx);
	if (programme.version !== version) throw refuse('points.types_changed', { version: programme.version });
	if (types.length > mostPointTypes) throw refuse('points.types_many', { most: mostPointTypes });
	const before = programme.rules.types ?? [];
	const known = new Set(before.map(({ id }) => id));
	const after = types.map((type, index) => {
		const id = type.id ?? newId('pointType', now);
		const checked = pointTypeSchema.safeParse({ ...type, name: withoutCodes(type.name.normalize('NFC')), id });
		if (type.id !== null && !known.has(type.id)) throw refuse('points.type_missing');
		if (checked.success) return checked.data;
		const field = `${index}.${checked.error.issues[0]?.path.join('.') ?? ''}`;
		throw refuse('points.type_form', { field, place: index + 1 });
	});
	if (before.some(({ id }) => !after.some((type) => type.id === id))) throw refuse('points.type_missing');
	const names = new Set<string>();
	for (const [index, { name }] of after.entries()) {
		const folded = name.toLowerCase();
		if (names.has(folded)) throw refuse('points.type_twice', { field: `${index}.name`, typeName: name });
		names.add(folded);
	}
	const saved = await updateProgramme(tx, { rules: { ...programme.rules, types: after }, version }, by, now);
	await keepTrail(tx, by, deedsOf(before, after), now);
	return { version: saved.version };
}

function told({ name, earn: { kind: _, ...rate }, expiry, inactiveDays, transfer, archived }: PointType) {
	const away = inactiveDays === undefined ? {} : { inactiveDays };
	return {
		name,
		...rate,
		expiry: { ...expiry },
		...away,
		...(transfer ? { transfer: { ...transfer } } : {}),
		archived
	};
}

function deedsOf(before: readonly PointType[], after: readonly PointType[]): Deed[] {
	return after.flatMap((type): Deed[] => {
		const old = before.find(({ id }) => id === type.id);
		const subject = { kind: 'programme', id: 'point_types' };
		if (!old) return [{ action: 'point_type.created', subject, title: type.name, after: told(type) }];
		if (isDeepStrictEqual(old, type)) return [];
		return [{ action: 'point_type.edited', subject, title: type.name, before: told(old), after: told(type) }];
	});
}

/** @throws points.type_unknown, also when it is archived and something is to be given */
export function getPointType(types: readonly PointType[] | undefined, id: string, giving: boolean): PointType {
	const type = types?.find((one) => one.id === id);
	if (!type || (giving && type.archived)) throw refuse('points.type_unknown', { field: 'typeId' });
	return type;
}

/** As a member sees it: those of types that are given still, and those they have something of. */
export function typeBalances(types: readonly PointType[], pointsIn: (unit: string) => PointsBalance): TypeBalance[] {
	return types.flatMap(({ id: typeId, name, transfer, archived }) => {
		const { spendable, debt, lots } = pointsIn(unitOf(typeId));
		if (archived && spendable === 0) return [];
		return [{ typeId, name, spendable, debt, lots, leastGiven: archived ? null : (transfer?.least ?? null) }];
	});
}

/** A member's points of the types beside those that pay; a house without such types asks nothing. */
export async function typeBalancesOf(reads: Reads, memberId: string, types: readonly PointType[], now: Date) {
	if (types.length === 0) return [];
	const book = await openBook(reads, [memberId], now, { lock: false });
	return typeBalances(types, (unit) => book.points(memberId, unit));
}
