import { and, eq, isNull } from 'drizzle-orm';
import { bytesToHex } from '@noble/hashes/utils.js';
import { readCode } from '#core/codes';
import { present } from '#core/must';
import { Refusal } from '#core/refusal';
import { minute, second } from '#core/time';
import { bucketOf } from '#platform/batch';
import { insertRows, listOf, typedRows } from '#platform/bulk';
import { sqlOf, type Raw, type Reads, type Tx } from '#platform/db';
import {
	customersRefusals,
	numberIn,
	stepOf,
	stepSeconds,
	stepsAhead,
	type Member,
	type MemberCodeSeed
} from './index.ts';
import { memberOf, placeOf } from './members.server.ts';
import { memberCodeUses, members } from './tables.server.ts';

/** Clocks of a phone and a server may be this many steps apart without anybody noticing. */
const toleratedSteps = 1;
/** Typing a code and standing in a queue take time: a code this little behind has run out, and the phone is right. */
const lateSteps = (5 * minute) / (stepSeconds * second);
/** Up to here a code that is ahead of time, or further behind, is a wrong clock; beyond it is simply old. */
const explainedSteps = (10 * minute) / (stepSeconds * second);

/**
 * What the wallet draws the member's code from; the secret is made on first use.
 * @throws member.unknown
 */
export async function codeFor(tx: Tx, memberId: string): Promise<MemberCodeSeed> {
	const [seed] = await tx
		.select({ number: members.number, secret: members.codeSecret, erasedAt: members.erasedAt })
		.from(members)
		.where(eq(members.id, memberId));
	if (!seed || seed.erasedAt) throw customersRefusals.refuse('member.unknown');
	if (seed.secret) return { number: seed.number, secret: seed.secret, stepSeconds };
	const secret = bytesToHex(globalThis.crypto.getRandomValues(new Uint8Array(20)));
	await tx
		.update(members)
		.set({ codeSecret: secret })
		.where(and(eq(members.id, memberId), isNull(members.codeSecret)));
	// Another tab may have been first: its secret stands.
	return codeFor(tx, memberId);
}

export interface ReadMemberCode {
	member: Member;
	/** a static code tells who somebody is, not that they are here */
	via: 'rotating' | 'static';
}

/** A code that was scanned or typed at a tablet. */
export interface CodeScan {
	text: string;
	deviceId: string;
	/** whether the code that never changes is accepted; absent: it is */
	allowStatic?: boolean;
	now: Date;
}

/** A code that is whose it says it is. A rotating one is good for nothing until its step is claimed. */
export interface VerifiedCode {
	scan: CodeScan;
	/** who stands there */
	member: Member;
	/** of whose secret it is, and of which 30 seconds; null: a code that never changes */
	claim: { memberId: string; step: number } | null;
}

/**
 * Who stands at the till, by the code that was scanned or typed. A rotating code is good for the tablet that scanned it
 * first, and from one step before its own 30 seconds to one step after.
 * @throws member_code.unknown, .mistyped, .expired, .clock_wrong (`minutes`), .already_scanned, .static_not_accepted
 */
export async function readMemberCode(
	reads: Reads,
	text: string,
	by: { deviceId: string; allowStatic?: boolean },
	now: Date
): Promise<ReadMemberCode> {
	const [read] = await claimMemberCodes(reads, await verifyMemberCodes(reads, [{ text, ...by, now }]));
	if (!read || read instanceof Refusal) throw present(read, 'a code is answered');
	return read;
}

/** The first half of `readMemberCode` for those who scan at the same moment: nothing is written. */
export async function verifyMemberCodes(reads: Reads, scans: readonly CodeScan[]): Promise<(VerifiedCode | Refusal)[]> {
	const codes = scans.map(({ text }) => codeIn(text));
	const numbers = codes.flatMap((code) => (code instanceof Refusal ? [] : [numberIn(code.code)]));
	const found =
		numbers.length === 0
			? []
			: await sqlOf(reads).unsafe('select * from members where number = any($1::text[])', [listOf(numbers)], {
					prepare: true
				});
	const rows = typedRows(members, found);
	// A card or phone of somebody who was merged leads to the one who was kept.
	const kept = await Promise.all(rows.map((row) => placeOf(reads, row)));
	const places = new Map(rows.map((row, place) => [row.number, { row, kept: kept[place] as Row }]));
	return scans.map((scan, place) => {
		const code = codes[place] as MemberCodeText | Refusal;
		return code instanceof Refusal ? code : verified(scan, code, places.get(numberIn(code.code)));
	});
}

type Row = typeof members.$inferSelect;

interface MemberCodeText {
	kind: 'member' | 'rotatingMember';
	code: string;
}

function codeIn(text: string): MemberCodeText | Refusal {
	const reading = readCode(text);
	if (reading.kind === 'mistyped' || (reading.kind === 'other' && reading.as !== null))
		return customersRefusals.refuse('member_code.mistyped');
	if (reading.kind !== 'member' && reading.kind !== 'rotatingMember')
		return customersRefusals.refuse('member_code.unknown');
	return { kind: reading.kind, code: reading.code };
}

function verified(
	scan: CodeScan,
	{ kind, code }: MemberCodeText,
	found: { row: Row; kept: Row } | undefined
): VerifiedCode | Refusal {
	if (!found || found.kept.erasedAt) return customersRefusals.refuse('member_code.unknown');
	const { row, kept } = found;
	if (kind === 'member') {
		if (scan.allowStatic === false) return customersRefusals.refuse('member_code.static_not_accepted');
		return { scan, member: memberOf(kept), claim: null };
	}
	// Without a secret no wallet has ever drawn a code for this member.
	if (!row.codeSecret) return customersRefusals.refuse('member_code.unknown');
	const ahead = stepsAhead(code, row.codeSecret, scan.now, explainedSteps);
	if (ahead === null || (ahead < -toleratedSteps && ahead >= -lateSteps))
		return customersRefusals.refuse('member_code.expired');
	if (Math.abs(ahead) > toleratedSteps) {
		const minutes = Math.max(1, Math.round((Math.abs(ahead) * stepSeconds * second) / minute));
		return customersRefusals.refuse('member_code.clock_wrong', { minutes });
	}
	return { scan, member: memberOf(kept), claim: { memberId: row.id, step: stepOf(scan.now) + ahead } };
}

/**
 * The second half: each step goes to the tablet that is first, in the order of the list. It is this tablet's or not,
 * outside of a transaction too. What was refused before stays refused.
 */
export async function claimMemberCodes(
	reads: Reads,
	codes: readonly (VerifiedCode | Refusal)[]
): Promise<(ReadMemberCode | Refusal)[]> {
	const firsts = new Map<string, typeof memberCodeUses.$inferInsert>();
	for (const code of codes) {
		if (code instanceof Refusal || !code.claim || firsts.has(nameOf(code.claim))) continue;
		const { deviceId, now } = code.scan;
		firsts.set(nameOf(code.claim), { ...code.claim, deviceId, usedAt: now });
	}
	const owners = await claimSteps(sqlOf(reads), [...firsts.values()]);
	return codes.map((code) => {
		if (code instanceof Refusal) return code;
		const { scan, member, claim } = code;
		if (!claim) return { member, via: 'static' };
		if (owners.get(nameOf(claim)) !== scan.deviceId) return customersRefusals.refuse('member_code.already_scanned');
		return { member, via: 'rotating' };
	});
}

const nameOf = ({ memberId, step }: { memberId: string; step: number }): string => `${memberId} ${step}`;

/** @returns the tablet that has each step now: the one that asked for it, or the one that was before it */
async function claimSteps(
	sql: Raw,
	uses: readonly (typeof memberCodeUses.$inferInsert)[]
): Promise<Map<string, string>> {
	// In one order, so that two batches wait for each other one way round.
	const sorted = [...uses].sort((a, b) =>
		a.memberId === b.memberId ? a.step - b.step : a.memberId < b.memberId ? -1 : 1
	);
	const claimed = await Promise.all(
		[...Map.groupBy(sorted, ({ memberId }) => bucketOf(memberId)).values()].map((rows) =>
			insertRows(
				sql,
				memberCodeUses,
				rows,
				// An update of nothing, since only what is written is returned: one statement tells who was first.
				`on conflict on constraint member_code_uses_once do update set used_at = member_code_uses.used_at
				 returning member_id, step, device_id`
			)
		)
	);
	const rows = claimed.flat() as unknown as { member_id: string; step: number; device_id: string }[];
	return new Map(rows.map(({ member_id: memberId, step, device_id }) => [nameOf({ memberId, step }), device_id]));
}

/**
 * Forgets uses of codes that no till accepts any more, a batch at a time. Ten minutes more are kept, should the server's
 * clock be set back.
 * @returns how many were forgotten; fewer than `limit` means that none are left
 */
export async function forgetCodeUses(tx: Tx, now: Date, limit = 5000): Promise<number> {
	const forgotten = await sqlOf(tx)`
		delete from member_code_uses where (member_id, step) in (
			select member_id, step from member_code_uses where step < ${stepOf(now) - explainedSteps}
			limit ${limit} for update skip locked
		)`;
	return forgotten.count;
}
