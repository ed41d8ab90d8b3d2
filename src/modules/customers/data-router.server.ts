import * as z from 'zod/mini';
import { hour } from '#core/time';
import { claimTry, minutesUntil, mustBeFreshInWallet, type Limit } from '#identity/server';
import { inTransaction } from '#platform/db';
import { wake } from '#platform/jobs';
import { tellChanged } from '#platform/live';
import { log } from '#platform/log';
import { keepTrail } from '#platform/trail';
import { procedure, router, wideProcedure, type Context } from '#platform/trpc';
import { writeOnce } from '#platform/write';
import { programmeOf } from '#stores/server';
import { erasureAskedMail } from './data-mails.server.ts';
import { dataPolicyOf, saveDataPolicy } from './data-policy.server.ts';
import { askErasure, atStake, listErasures, nameToType, takeBackErasure } from './erase.server.ts';
import { erasureJob } from './erase-job.server.ts';
import { findErasure } from './erasing.server.ts';
import { exportMember } from './export.server.ts';
import { customersRefusals } from './index.ts';
import { getMember } from './members.server.ts';
import { reasonOf } from './merge.server.ts';
import type { MemberSteps } from './steps.server.ts';

const id = z.string().check(z.maxLength(40));
const key = z.string().check(z.maxLength(64));
/** longer than anything that is kept: what is too long is told by the verb, beside its field */
const text = z.string().check(z.maxLength(2000));

/** A copy is work: nobody needs many. */
const exportLimit: readonly Limit[] = [{ tries: 6, within: hour }];
const listed = 50;

/** @throws member_export.too_often (`minutes`) */
async function slowDown({ db, now }: Context, who: string): Promise<void> {
	const until = await claimTry(db, `export by ${who}`, exportLimit, now);
	if (until) throw customersRefusals.refuse('member_export.too_often', { minutes: minutesUntil(until, now) });
}

/** Tells the member, who may not have asked themselves; a letter that does not leave is no reason to keep anybody. */
async function tellAsked(ctx: Context, memberId: string, dueAt: Date): Promise<void> {
	const [{ email, language }, programme] = await Promise.all([getMember(ctx.db, memberId), programmeOf(ctx.db)]);
	if (email === null) return;
	try {
		await ctx.mail.send(await erasureAskedMail({ email, language }, dueAt, programme));
	} catch (error) {
		log.error('mail.not_sent', error);
	}
}

/** @param steps what each module keeps about a member, gives out, and forgets */
export const dataWalletRouter = (steps: readonly MemberSteps[]) =>
	router({
		/** What a member may do with their data, whether they wait to be erased, and what they would give up. */
		overview: procedure('wallet.own').query(async ({ ctx }) => {
			const { memberId } = ctx.actor;
			const [{ policy }, erasure, stake] = await Promise.all([
				dataPolicyOf(ctx.db),
				findErasure(ctx.db, memberId),
				atStake(ctx.db, memberId, steps, ctx.now)
			]);
			return { policy, erasure: erasure && { askedAt: erasure.askedAt, dueAt: erasure.dueAt }, stake };
		}),

		/** A copy of everything, as a zip. */
		export: procedure('wallet.own').mutation(async ({ ctx }) => {
			const { memberId } = ctx.actor;
			await mustBeFreshInWallet(ctx, ctx.now);
			await slowDown(ctx, memberId);
			const subject = { kind: 'member', id: memberId };
			await inTransaction(ctx.db, (tx) => keepTrail(tx, ctx, { action: 'member.exported', subject }, ctx.now));
			return exportMember(ctx.db, { memberId, steps, language: ctx.language }, ctx.now);
		}),

		askErasure: procedure('wallet.own')
			.input(z.object({ key }))
			.mutation(async ({ ctx, input }) => {
				const { memberId } = ctx.actor;
				await mustBeFreshInWallet(ctx, ctx.now);
				const { dueAt, asked } = await writeOnce(ctx, 'customers.ask_erasure', input, async (tx) => {
					const done = await askErasure(tx, { memberId, house: null }, ctx, ctx.now);
					return { ...done, dueAt: done.dueAt.toISOString() };
				});
				if (asked) await tellAsked(ctx, memberId, new Date(dueAt));
				await wake(erasureJob);
				tellChanged(ctx.db, [memberId]);
				return { dueAt: new Date(dueAt) };
			}),

		takeBackErasure: procedure('wallet.own')
			.input(z.object({ key }))
			.mutation(async ({ ctx, input }) => {
				const { memberId } = ctx.actor;
				await writeOnce(ctx, 'customers.take_back_erasure', input, async (tx) => {
					await takeBackErasure(tx, { memberId, reason: null }, ctx, ctx.now);
					return null;
				});
				tellChanged(ctx.db, [memberId]);
				return null;
			})
	});

/** Who is to be erased, and who stays after all. */
const erasureProcedures = (steps: readonly MemberSteps[]) => ({
	/** Whether a member waits to be erased. */
	of: procedure('members.read')
		.input(z.object({ id }))
		.query(({ ctx, input }) => findErasure(ctx.db, input.id)),

	/** Whom one is about to erase, what they give up, and how long the house waits. */
	stake: procedure('members.erase')
		.input(z.object({ id }))
		.query(async ({ ctx, input }) => {
			const member = await getMember(ctx.db, input.id);
			const [{ policy }, stake] = await Promise.all([dataPolicyOf(ctx.db), atStake(ctx.db, member.id, steps, ctx.now)]);
			return { name: nameToType(member), erasureDays: policy.erasureDays, stake };
		}),

	erase: procedure('members.erase')
		.input(z.object({ key, id, reason: text, name: text }))
		.mutation(async ({ ctx, input }) => {
			const { reason, name } = input;
			const { dueAt, asked } = await writeOnce(ctx, 'customers.erase', input, async (tx) => {
				const done = await askErasure(tx, { memberId: input.id, house: { reason, name } }, ctx, ctx.now);
				return { ...done, dueAt: done.dueAt.toISOString() };
			});
			if (asked) await tellAsked(ctx, input.id, new Date(dueAt));
			await wake(erasureJob);
			tellChanged(ctx.db, [input.id]);
			return { dueAt: new Date(dueAt) };
		}),

	takeBack: procedure('members.erase')
		.input(z.object({ key, id, reason: text }))
		.mutation(async ({ ctx, input }) => {
			await writeOnce(ctx, 'customers.keep', input, async (tx) => {
				await takeBackErasure(tx, { memberId: input.id, reason: input.reason }, ctx, ctx.now);
				return null;
			});
			tellChanged(ctx.db, [input.id]);
			return null;
		})
});

/** @param steps as for the wallet's */
export const dataRouter = (steps: readonly MemberSteps[]) =>
	router({
		...erasureProcedures(steps),

		/** Those who wait to be erased. */
		waiting: procedure('members.read')
			.input(z.object({ cursor: z.nullable(z.object({ dueAt: z.date(), id })) }))
			.query(async ({ ctx, input }) => {
				const { timeZone } = await programmeOf(ctx.db);
				const items = await listErasures(ctx.db, { after: input.cursor, limit: listed + 1 });
				const last = items.length > listed ? items[listed - 1] : undefined;
				const nextCursor = last ? { dueAt: last.dueAt, id: last.id } : null;
				return { items: items.slice(0, listed), nextCursor, timeZone };
			}),

		/** A copy of everything that is kept about a member, as a zip in their language. */
		export: procedure('members.export')
			.input(z.object({ id, reason: text }))
			.mutation(async ({ ctx, input }) => {
				const reason = reasonOf(input.reason);
				const member = await getMember(ctx.db, input.id);
				await slowDown(ctx, `${ctx.actor.staffId} of ${member.id}`);
				const deed = { action: 'member.exported', subject: { kind: 'member', id: member.id }, reason };
				await inTransaction(ctx.db, (tx) => keepTrail(tx, ctx, deed, ctx.now));
				return exportMember(ctx.db, { memberId: member.id, steps, language: member.language }, ctx.now);
			}),

		policy: procedure('members.read').query(({ ctx }) => dataPolicyOf(ctx.db)),

		savePolicy: wideProcedure('programme.write')
			.input(
				z.object({
					key,
					version: z.int(),
					policy: z.object({ erasureDays: z.number(), ownBirthday: z.enum(['once', 'free']), claimDays: z.number() })
				})
			)
			.mutation(({ ctx, input }) =>
				writeOnce(ctx, 'customers.save_data_policy', input, (tx) => saveDataPolicy(tx, input, ctx, ctx.now))
			)
	});
