import { and, eq, isNull } from 'drizzle-orm';
import { bytesToHex } from '@noble/hashes/utils.js';
import { readCode } from '#core/codes';
import { minute, second } from '#core/time';
import { insertRows, typedRows } from '#platform/bulk';
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

/**
 * Who stands at the till, by the code that was scanned or typed. A rotating code is good for the tablet that scanned it
 * first, and from one step before its own 30 seconds to one step after. It is claimed by one statement: outside of a
 * transaction too, it is this tablet's or not.
 * @param allowStatic whether the code that never changes is accepted
 * @throws member_code.unknown, .mistyped, .expired, .clock_wrong (`minutes`), .already_scanned, .static_not_accepted
 */
export async function readMemberCode(
	reads: Reads,
	text: string,
	{ deviceId, allowStatic = true }: { deviceId: string; allowStatic?: boolean },
	now: Date
): Promise<ReadMemberCode> {
	const reading = readCode(text);
	if (reading.kind === 'mistyped' || (reading.kind === 'other' && reading.as !== null))
		throw customersRefusals.refuse('member_code.mistyped');
	if (reading.kind !== 'member' && reading.kind !== 'rotatingMember') {
		throw customersRefusals.refuse('member_code.unknown');
	}
	const sql = sqlOf(reads);
	const found = await sql.unsafe('select * from members where number = $1', [numberIn(reading.code)], {
		prepare: true
	});
	const [row] = typedRows(members, found);
	// A card or phone of somebody who was merged leads to the one who was kept.
	const kept = row && (await placeOf(reads, row));
	if (!row || !kept || kept.erasedAt) throw customersRefusals.refuse('member_code.unknown');
	if (reading.kind === 'member') {
		if (!allowStatic) throw customersRefusals.refuse('member_code.static_not_accepted');
		return { member: memberOf(kept), via: 'static' };
	}
	// Without a secret no wallet has ever drawn a code for this member.
	if (!row.codeSecret) throw customersRefusals.refuse('member_code.unknown');
	const ahead = stepsAhead(reading.code, row.codeSecret, now, explainedSteps);
	if (ahead === null || (ahead < -toleratedSteps && ahead >= -lateSteps)) {
		throw customersRefusals.refuse('member_code.expired');
	}
	if (Math.abs(ahead) > toleratedSteps) {
		const minutes = Math.max(1, Math.round((Math.abs(ahead) * stepSeconds * second) / minute));
		throw customersRefusals.refuse('member_code.clock_wrong', { minutes });
	}
	await claimStep(sql, row.id, stepOf(now) + ahead, deviceId, now);
	return { member: memberOf(kept), via: 'rotating' };
}

/** The step belongs to the tablet whose row comes first; the same tablet may scan again. */
async function claimStep(sql: Raw, memberId: string, step: number, deviceId: string, now: Date): Promise<void> {
	const claimed = await insertRows(
		sql,
		memberCodeUses,
		[{ memberId, step, deviceId, usedAt: now }],
		`on conflict on constraint member_code_uses_once do update set used_at = member_code_uses.used_at
		 where member_code_uses.device_id = excluded.device_id returning step`
	);
	if (claimed.length === 0) throw customersRefusals.refuse('member_code.already_scanned');
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
