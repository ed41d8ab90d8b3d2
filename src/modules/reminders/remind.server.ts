import { and, eq, lt } from 'drizzle-orm';
import { day, later, localHour } from '#core/time';
import { inTransaction, type Db } from '#platform/db';
import type { Job } from '#platform/jobs';
import { log } from '#platform/log';
import { mail } from '#platform/mail/door';
import { refusesAddress, type Mail } from '#platform/mail/mail';
import { settings } from '#platform/settings';
import { policyOf } from '#points/server';
import { findProgramme } from '#stores/server';
import { endingMail } from './ending-mail.server.ts';
import { concerned, endingsOf, soonUntil, subjectOf, type Reminded } from './endings.server.ts';
import { reminders } from './tables.server.ts';

/** Nobody is written to at night: by the shop's clock. */
const from = 9;
const until = 20;
const chunk = 200;
const keptDays = 90;

interface Options {
	mail: Mail;
	/** where the wallet is, for the link */
	origin: string;
	now: Date;
	signal?: AbortSignal;
}

/**
 * Tells members what ends soon. What is told is kept before its letter goes: a crash between costs a letter and never sends
 * two; a letter that was not taken is told anew in the next hour, unless its address is refused for good.
 * @returns how many letters went
 */
export async function remind(db: Db, { mail, origin, now, signal }: Options): Promise<number> {
	const [programme, { policy }] = await Promise.all([findProgramme(db), policyOf(db)]);
	if (!programme || policy.warnDays === null) return 0;
	const hour = localHour(now, programme.timeZone);
	if (hour < from || hour >= until) return 0;
	// What has ended is told to nobody any more; for a season it still says what somebody was told.
	await db.delete(reminders).where(lt(reminders.endsAt, later(now, -keptDays * day)));
	const types = (programme.rules.types ?? []).map(({ id, name }) => ({ id, name }));
	const soon = soonUntil(now, policy.warnDays, programme.timeZone);
	let sent = 0;
	/** whoever comes a second time in this hour is not tried again */
	const failed = new Set<string>();
	for await (const memberIds of concerned(db, { until: soon, chunk }, now)) {
		if (signal?.aborted) return sent;
		const fresh = memberIds.filter((id) => !failed.has(id));
		for (const one of await endingsOf(db, fresh, { until: soon, types }, now)) {
			if (signal?.aborted) return sent;
			const endings = await claim(db, one, now);
			if (endings.length === 0) continue;
			const told = { ...one, endings };
			try {
				await mail.send(await endingMail(told, { ...programme, origin }, one.language ?? 'en'));
				sent++;
			} catch (error) {
				if (refusesAddress(error)) continue;
				failed.add(one.memberId);
				await giveUp(db, told);
				log.warn('reminder.not_sent', {
					member: one.memberId,
					trouble: error instanceof Error ? error.name : 'unknown'
				});
			}
		}
	}
	return sent;
}

/** @returns what nobody else tells them at this moment */
async function claim(db: Db, { memberId, endings }: Reminded, now: Date): Promise<Reminded['endings']> {
	const rows = endings.map((ending) => ({ memberId, subject: subjectOf(ending), endsAt: ending.endsAt, toldAt: now }));
	const mine = await inTransaction(db, (tx) =>
		tx
			.insert(reminders)
			.values(rows)
			.onConflictDoNothing()
			.returning({ subject: reminders.subject, endsAt: reminders.endsAt })
	);
	return endings.filter((ending) =>
		mine.some(({ subject, endsAt }) => subject === subjectOf(ending) && endsAt.getTime() === ending.endsAt.getTime())
	);
}

async function giveUp(db: Db, { memberId, endings }: Reminded): Promise<void> {
	await inTransaction(db, async (tx) => {
		for (const ending of endings)
			await tx
				.delete(reminders)
				.where(
					and(
						eq(reminders.memberId, memberId),
						eq(reminders.subject, subjectOf(ending)),
						eq(reminders.endsAt, ending.endsAt)
					)
				);
	});
}

export const reminderJobs: readonly Job[] = [
	{
		name: 'reminders.endings',
		cron: '25 * * * *',
		async run({ db, now, signal }) {
			const { origin, port } = settings();
			// Without an origin mail does not leave this machine: see the settings.
			await remind(db, { mail: mail(), origin: origin ?? `http://localhost:${port}`, now, signal });
		}
	}
];
