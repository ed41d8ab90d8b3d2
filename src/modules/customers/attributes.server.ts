import { asc, eq, isNull, sql } from 'drizzle-orm';
import { newId } from '#core/ids';
import { insertRows, listOf, typedRows } from '#platform/bulk';
import { sqlOf, type Reads, type Tx } from '#platform/db';
import { keepTrail, withoutCodes, type By } from '#platform/trail';
import {
	attributeLimits,
	columnsOfValue,
	valueOf,
	type Attribute,
	type AttributeValue,
	type ValueColumns
} from './attribute-values.ts';
import type { AttributeKind } from './index.ts';
import { customersRefusals } from './refusals.ts';
import { attributes, memberAttributes } from './tables.server.ts';

const { refuse } = customersRefusals;

/** What the house asks, in its order. */
export async function listAttributes(
	reads: Reads,
	{ archived = false }: { archived?: boolean } = {}
): Promise<Attribute[]> {
	return reads
		.select()
		.from(attributes)
		.where(archived ? undefined : isNull(attributes.archivedAt))
		.orderBy(asc(attributes.position), asc(attributes.id));
}

export interface AttributeInput {
	label: string;
	choices: readonly string[];
	required: boolean;
	shownAtTill: boolean;
	personal: boolean;
}

/** @throws attribute.label_form, attribute.choices_form */
function sound(input: AttributeInput, kind: AttributeKind) {
	const label = input.label.trim().replace(/\s+/g, ' ');
	if (label === '' || label.length > attributeLimits.label)
		throw refuse('attribute.label_form', { field: 'label', most: attributeLimits.label });
	const choices = kind === 'choice' ? [...new Set(input.choices.map((choice) => choice.trim()).filter(Boolean))] : [];
	const long = choices.some((choice) => choice.length > attributeLimits.choice);
	if (kind === 'choice' && (choices.length < 2 || choices.length > attributeLimits.choices || long))
		throw refuse('attribute.choices_form', { field: 'choices', most: attributeLimits.choices });
	const { required, shownAtTill, personal } = input;
	return { label, choices, required, shownAtTill, personal };
}

const trailOf = ({ label, choices, required, shownAtTill, personal }: AttributeInput) => ({
	label: withoutCodes(label),
	choices: choices.map(withoutCodes),
	required,
	shownAtTill,
	personal
});

/**
 * Asks something more about members. Its kind and key stay: values, files and programs hang on them.
 * @throws attribute.key_form, attribute.key_taken, attribute.too_many, .label_form, .choices_form
 */
export async function createAttribute(
	tx: Tx,
	input: AttributeInput & { key: string; kind: AttributeKind },
	by: By,
	now: Date
): Promise<{ id: string }> {
	const { kind } = input;
	const key = input.key.trim();
	if (!/^[a-z][a-z0-9_]{0,39}$/.test(key)) throw refuse('attribute.key_form', { field: 'key' });
	const row = sound(input, kind);
	await tx.execute(sql`select pg_advisory_xact_lock(hashtext('customers.attributes'))`);
	const all = await listAttributes(tx, { archived: true });
	if (all.some((other) => other.key === key)) throw refuse('attribute.key_taken', { field: 'key' });
	if (all.filter(({ archivedAt }) => archivedAt === null).length >= attributeLimits.attributes)
		throw refuse('attribute.too_many', { most: attributeLimits.attributes });
	const id = newId('attribute', now);
	const position = Math.max(-1, ...all.map((one) => one.position)) + 1;
	await tx.insert(attributes).values({ id, key, kind, ...row, position, createdAt: now });
	const subject = { kind: 'attribute', id };
	const after = { key, kind, ...trailOf(row) };
	await keepTrail(tx, by, { action: 'attribute.created', subject, title: withoutCodes(row.label), after }, now);
	return { id };
}

async function lock(tx: Tx, id: string): Promise<Attribute> {
	const [row] = await tx.select().from(attributes).where(eq(attributes.id, id)).for('update');
	if (!row) throw refuse('attribute.unknown');
	return row;
}

/** @throws attribute.unknown, attribute.changed_meanwhile (`name` as it is now), .label_form, .choices_form */
export async function editAttribute(
	tx: Tx,
	{ id, version, ...input }: AttributeInput & { id: string; version: number },
	by: By,
	now: Date
): Promise<void> {
	const before = await lock(tx, id);
	if (before.version !== version) throw refuse('attribute.changed_meanwhile', { name: before.label });
	const row = sound(input, before.kind);
	await tx
		.update(attributes)
		.set({ ...row, version: version + 1 })
		.where(eq(attributes.id, id));
	const subject = { kind: 'attribute', id };
	const deed = { action: 'attribute.changed', subject, title: withoutCodes(row.label) };
	await keepTrail(tx, by, { ...deed, before: trailOf(before), after: trailOf(row) }, now);
}

/** Asks no longer, or again. What was told stays. @throws attribute.unknown */
export async function archiveAttribute(
	tx: Tx,
	{ id, archived }: { id: string; archived: boolean },
	by: By,
	now: Date
): Promise<void> {
	const before = await lock(tx, id);
	if ((before.archivedAt !== null) === archived) return;
	const archivedAt = archived ? now : null;
	await tx
		.update(attributes)
		.set({ archivedAt, version: before.version + 1 })
		.where(eq(attributes.id, id));
	const action = archived ? 'attribute.archived' : 'attribute.restored';
	const subject = { kind: 'attribute', id };
	await keepTrail(tx, by, { action, subject, title: withoutCodes(before.label) }, now);
}

/** What a member's attributes are, by the attribute's id. */
export async function valuesOf(reads: Reads, memberId: string): Promise<Map<string, AttributeValue>> {
	const rows = await reads
		.select({ kind: attributes.kind, value: memberAttributes })
		.from(memberAttributes)
		.innerJoin(attributes, eq(attributes.id, memberAttributes.attributeId))
		.where(eq(memberAttributes.memberId, memberId));
	return new Map(rows.map(({ kind, value }) => [value.attributeId, valueOf(kind, value)]));
}

/** What the till shows of members: labels and values, in the house's order. Who has none is left out. */
export async function valuesAtTill(reads: Reads, memberIds: readonly string[]): Promise<Map<string, ValueAtTill[]>> {
	const rows = await sqlOf(reads).unsafe<({ label: string; shown_as: AttributeKind } & Record<string, unknown>)[]>(
		`select a.label, a.kind as shown_as, v.* from member_attributes v join attributes a on a.id = v.attribute_id
		where v.member_id = any($1::text[]) and a.shown_at_till and a.archived_at is null order by a.position, a.id`,
		[listOf(memberIds)],
		{ prepare: true }
	);
	const values = typedRows(memberAttributes, rows);
	const shown = rows.map(({ label, shown_as: kind }, place) => {
		const value = values[place] as (typeof values)[number];
		return { memberId: value.memberId, is: { label, kind, value: valueOf(kind, value) } };
	});
	return new Map([...Map.groupBy(shown, ({ memberId }) => memberId)].map(([id, all]) => [id, all.map(({ is }) => is)]));
}

export interface ValueAtTill {
	label: string;
	kind: AttributeKind;
	value: AttributeValue;
}

export interface TrailedValues {
	before: Record<string, AttributeValue>;
	after: Record<string, AttributeValue>;
	hidden: string[];
}

/**
 * Sets a member's attributes; those left out stay. The caller holds the member's row and writes the trail.
 * @param strict whether what the house requires must be told
 * @throws attribute.unknown, .required, .not_text, .not_number, .not_date, .not_yes_no, .not_choice, .not_money
 */
export async function setValues(
	tx: Tx,
	memberId: string,
	wished: Readonly<Record<string, AttributeValue>>,
	{ strict }: { strict: boolean }
): Promise<TrailedValues> {
	const known = await listAttributes(tx);
	const had = await valuesOf(tx, memberId);
	const trailed: TrailedValues = { before: {}, after: {}, hidden: [] };
	const kept: (ValueColumns & { memberId: string; attributeId: string })[] = [];
	const gone: string[] = [];
	if (Object.keys(wished).some((id) => !known.some((one) => one.id === id))) throw refuse('attribute.unknown');
	for (const attribute of known) {
		const { id, key, label, required, personal } = attribute;
		const before = had.get(id) ?? null;
		// What is no longer among the choices may stay where it was.
		const columns = !(id in wished) || wished[id] === before ? 'same' : columnsOfValue(attribute, wished[id] ?? null);
		if (columns !== 'same' && columns !== null && 'refusal' in columns)
			throw refuse(columns.refusal.code as 'attribute.not_text', columns.refusal.details);
		const after = columns === 'same' ? before : columns === null ? null : valueOf(attribute.kind, columns);
		if (strict && required && after === null) throw refuse('attribute.required', { field: `attributes.${id}`, label });
		if (columns === 'same') continue;
		const field = `attribute ${key}`;
		trailed.before[field] = before;
		trailed.after[field] = after;
		// A text may be about anybody and hold anything.
		if (personal || attribute.kind === 'text') trailed.hidden.push(field);
		if (columns === null) gone.push(id);
		else kept.push({ memberId, attributeId: id, ...columns });
	}
	await writeValues(tx, kept);
	if (gone.length > 0)
		await sqlOf(tx).unsafe('delete from member_attributes where member_id = $1 and attribute_id = any($2::text[])', [
			memberId,
			listOf(gone)
		]);
	return trailed;
}

/** Values of any number of members, in place of those that were there. */
export const writeValues = (
	tx: Tx,
	rows: readonly (ValueColumns & { memberId: string; attributeId: string })[]
): Promise<unknown> =>
	insertRows(
		sqlOf(tx),
		memberAttributes,
		rows,
		`on conflict (member_id, attribute_id) do update set text = excluded.text, thousandths = excluded.thousandths,
			day = excluded.day, yes = excluded.yes, cents = excluded.cents`
	);
