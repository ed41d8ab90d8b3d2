import type { Actor } from '#core/actor';
import { normaliseCode, readCode } from '#core/codes';
import { newId } from '#core/ids';
import { must } from '#core/must';
import type { Tx } from './db.server.ts';
import { trailEntries } from './trail.tables.server.ts';

/**
 * The audit trail: every change that a person or a program makes is written with it, in the same transaction, so that
 * there is no change without its entry and no entry without its change. Entries hold no codes, no secrets and no personal
 * data: erasing a person must not need to touch them.
 */

/** Who does it: a procedure's context fits. */
export interface By {
	actor: Actor;
	/** null: a command or a job */
	requestId: string | null;
}

/** The house itself: jobs, the seed, commands. */
export const byHouse: By = { actor: { kind: 'house' }, requestId: null };

/** One field that is other than before. `hidden`: that it changed is kept, its values are not. */
export type Change = { field: string; before: unknown; after: unknown } | { field: string; hidden: true };

type Fields = Readonly<Record<string, unknown>>;

export interface Deed {
	/** past tense, dotted: `voucher.paused` */
	action: string;
	subject: { kind: string; id: string };
	/** what people call the subject; never a person's name, never a code */
	title?: string | null;
	/** the subject's fields as they were (nothing: it is new) and as they are; only those that differ are kept */
	before?: Fields;
	after?: Fields;
	/** fields that are personal or secret: that they changed is kept, their values are not */
	hidden?: readonly string[];
	/** why, as somebody wrote it; codes in it are masked */
	reason?: string | null;
	storeId?: string | null;
}

/** Writes what was done into the trail. */
export async function keepTrail(tx: Tx, by: By, deeds: Deed | readonly Deed[], now: Date): Promise<void> {
	const rows = [deeds].flat().map((deed) => ({
		id: newId('deed', now),
		at: now,
		action: deed.action,
		subjectKind: deed.subject.kind,
		subjectId: deed.subject.id,
		title: deed.title ?? null,
		changes: changesOf(deed),
		reason: deed.reason ? withoutCodes(deed.reason) : null,
		...whoOf(by.actor),
		...(deed.storeId === undefined ? {} : { storeId: deed.storeId }),
		requestId: by.requestId
	}));
	if (rows.length > 0) await tx.insert(trailEntries).values(rows);
}

function whoOf(actor: Actor) {
	const nobody = { staffId: null, deviceId: null, memberId: null, clientId: null, storeId: null };
	switch (actor.kind) {
		case 'till':
			return {
				...nobody,
				actorKind: actor.kind,
				deviceId: actor.deviceId,
				storeId: actor.storeId,
				staffId: actor.staff?.id ?? null
			};
		case 'staff':
			return { ...nobody, actorKind: actor.kind, staffId: actor.staffId };
		case 'shopper':
			return { ...nobody, actorKind: actor.kind, memberId: actor.memberId };
		case 'client':
			return { ...nobody, actorKind: actor.kind, clientId: actor.clientId };
		default:
			return { ...nobody, actorKind: actor.kind };
	}
}

/** The fields that differ, in the order of `after`, then those that are gone. */
export function changesOf({
	before = {},
	after = {},
	hidden = []
}: Pick<Deed, 'before' | 'after' | 'hidden'>): Change[] {
	const fields = [...new Set([...Object.keys(after), ...Object.keys(before)])];
	return fields.flatMap((field): Change[] => {
		const [was, is] = [plain(before[field]), plain(after[field])];
		if (JSON.stringify(was) === JSON.stringify(is)) return [];
		if (hidden.includes(field)) return [{ field, hidden: true }];
		must(!holdsCode(was) && !holdsCode(is), `the trail must not hold a code (${field})`);
		return [{ field, before: was, after: is }];
	});
}

/** As JSON has it: nothing is null, instants are ISO text, keys are sorted so that their order is no change. */
function plain(value: unknown): unknown {
	if (value === undefined || value === null) return null;
	if (value instanceof Date) return value.toISOString();
	if (Array.isArray(value)) return value.map(plain);
	if (typeof value !== 'object') return value;
	return Object.fromEntries(
		Object.entries(value)
			.sort(([a], [b]) => (a < b ? -1 : 1))
			.map(([name, inner]) => [name, plain(inner)])
	);
}

const holdsCode = (value: unknown): boolean =>
	typeof value === 'string'
		? isSecret(value)
		: value !== null && typeof value === 'object' && Object.values(value).some(holdsCode);

/** A code that is worth something to whoever reads it, or a payment card's number. A receipt's number is neither. */
function isSecret(text: string): boolean {
	if (text.length > 60) return false;
	const { kind } = readCode(text);
	return kind === 'voucher' || kind === 'giftCard' || kind === 'rotatingMember' || kind === 'paymentCard';
}

/** Codes are printed in groups of four: up to this many words may be one. */
const mostGroups = 6;

/** The text with every code in it shortened to its last four symbols. */
export function withoutCodes(text: string): string {
	const pieces = text.split(/(\s+)/);
	for (let start = 0; start < pieces.length; start += 2) {
		for (let end = Math.min(start + 2 * mostGroups, pieces.length - 1); end >= start; end -= 2) {
			const words = pieces.slice(start, end + 1).join('');
			const code = normaliseCode(words.replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, ''));
			if (!isSecret(code)) continue;
			pieces.splice(start, end - start + 1, `…${code.slice(-4)}`);
			break;
		}
	}
	return pieces.join('');
}
