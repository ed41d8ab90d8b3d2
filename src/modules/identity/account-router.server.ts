import { z } from 'zod';
import type { Tx } from '#platform/db';
import { log } from '#platform/log';
import { procedure, publicProcedure, router, wideProcedure, type Context } from '#platform/trpc';
import { writeOnce } from '#platform/write';
import {
	dropSecondFactor,
	keepSecondFactor,
	proveAgain,
	renewRecoveryCodes,
	tellOf,
	viewAccount
} from './account.server.ts';
import { enter } from './door.server.ts';
import {
	emailSchema,
	linkTokenSchema,
	nameSchema,
	passwordSchema,
	secondCodeSchema,
	secondFactorRules
} from './index.ts';
import {
	acceptInvitation,
	correctInvitation,
	invitationDays,
	invite,
	keepSent,
	listInvitations,
	readInvitation,
	resendInvitation,
	withdrawInvitation,
	type Letter
} from './invitations.server.ts';
import { linkTo } from './links.server.ts';
import { houseNames } from './house-names.server.ts';
import { invitationMail, resetMail } from './mails.server.ts';
import { passkeysRouter } from './passkeys-router.server.ts';
import { endSignIns, resetSecondFactor, sendAway, viewSignIn } from './people-sign-in.server.ts';
import { requestReset, resetMinutes, resetPassword } from './resets.server.ts';
import { findRoleName } from './rights.server.ts';
import { beginSecondFactor } from './second-factor.server.ts';
import { beginEnrolment, finishEnrolment, takeSecondStep, viewSecondStep } from './second-step.server.ts';
import { currentSession, endSession, endSessions, listSessions, mustBeFresh } from './sessions.server.ts';
import { findSignInRules, saveSignInRules } from './sign-in-rules.server.ts';
import { takeTicketBack } from './ticket.server.ts';

const id = z.string().max(40);
const key = z.string().max(64);
const one = z.object({ key, id });
const token = linkTokenSchema;

const invited = z.object({
	name: nameSchema,
	email: emailSchema,
	role: z.string().max(40),
	storeIds: z.array(id).min(1).max(500).nullable()
});

/**
 * Writes, then posts the letter: a mail server that does not answer undoes no invitation, the list shows that the letter
 * has not left. The same key again posts nothing a second time.
 */
async function written(
	ctx: Parameters<typeof writeOnce>[0] & Pick<Context, 'mail' | 'origin'>,
	name: string,
	input: { key: string },
	run: (tx: Tx) => Promise<Letter>
): Promise<{ id: string; sent: boolean }> {
	let letter = null as Letter | null;
	const { id } = await writeOnce(ctx, name, input, async (tx) => {
		letter = await run(tx);
		return { id: letter.id };
	});
	return { id, sent: letter === null || (await post(ctx, letter)) };
}

async function post({ db, now, mail, origin }: Pick<Context, 'db' | 'now' | 'mail' | 'origin'>, letter: Letter) {
	const link = linkTo(origin, 'invitation', letter.token);
	try {
		const [names, roleName] = await Promise.all([houseNames(db, letter.storeIds ?? []), findRoleName(db, letter.role)]);
		const stores = letter.storeIds && names.stores;
		const told = { ...letter, house: names.house, stores, roleName, link, days: invitationDays };
		await mail.send(await invitationMail(letter.to, told, letter.language));
	} catch (error) {
		log.error('mail.not_sent', error);
		return false;
	}
	await keepSent(db, letter, now);
	return true;
}

export const invitationsRouter = router({
	/** Who was invited and has not come yet, and which roles one may give. */
	list: procedure('staff.read').query(({ ctx }) => listInvitations(ctx.db, ctx.actor, ctx.now)),

	/** Invites somebody to the console; `sent` says whether the letter has left. */
	invite: procedure('staff.write')
		.input(invited.extend({ key }))
		.mutation(({ ctx, input }) =>
			written(ctx, 'identity.invite', input, (tx) =>
				invite(tx, { ...input, language: ctx.language } as Parameters<typeof invite>[1], ctx, ctx.now)
			)
		),

	resend: procedure('staff.write')
		.input(one)
		.mutation(({ ctx, input }) =>
			written(ctx, 'identity.resendInvitation', input, (tx) => resendInvitation(tx, input, ctx, ctx.now))
		),

	/** Corrects a mistyped address, or anything else of it, and sends the letter anew. */
	correct: procedure('staff.write')
		.input(invited.extend({ key, id, version: z.int() }))
		.mutation(({ ctx, input }) =>
			written(ctx, 'identity.correctInvitation', input, (tx) =>
				correctInvitation(tx, input as Parameters<typeof correctInvitation>[1], ctx, ctx.now)
			)
		),

	withdraw: procedure('staff.write')
		.input(one)
		.mutation(({ ctx, input }) =>
			writeOnce(ctx, 'identity.withdrawInvitation', input, async (tx) => {
				await withdrawInvitation(tx, input, ctx, ctx.now);
				return { id: input.id };
			})
		),

	/** What the page of a link shows. It only reads, yet it is a mutation: a query's input stands in the address, and so in logs. */
	read: publicProcedure
		.input(z.object({ token }))
		.mutation(({ ctx, input }) => readInvitation(ctx, input.token, ctx.now)),

	/** Makes the holder of the link a colleague and signs them in, or leads them to the second step. */
	accept: publicProcedure
		.input(z.object({ token, name: nameSchema, password: passwordSchema }))
		.mutation(async ({ ctx, input }) => {
			const { userId } = await acceptInvitation(ctx, input, ctx, ctx.now);
			return enter(ctx, userId, ctx.now);
		})
});

export const resetRouter = router({
	/** Sends a link for a new password, if this is a colleague's address; the answer does not say. */
	request: publicProcedure
		.input(z.object({ email: emailSchema }))
		.mutation(({ ctx, input }) => requestReset(ctx, input.email, ctx.now)),

	/** Replaces the password; every sign-in to the console ends. */
	choose: publicProcedure
		.input(z.object({ token, password: passwordSchema }))
		.mutation(({ ctx, input }) => resetPassword(ctx, input, ctx.now))
});

const reason = z.string().trim().min(3).max(200);
const staffId = z.object({ key, staffId: id });

/** Between the password and the console; the ticket in a cookie says whose password it was. */
export const secondStepRouter = router({
	/** What is missing, or null: the password first. */
	view: publicProcedure.query(({ ctx }) => viewSecondStep(ctx, ctx.now)),

	/** Opens the console with a code of the app or a recovery code. */
	take: publicProcedure
		.input(z.object({ code: secondCodeSchema }))
		.mutation(({ ctx, input }) => takeSecondStep(ctx, input.code, ctx.now)),

	/** The secret for the app, where the house asks for one. */
	begin: publicProcedure.mutation(({ ctx }) => beginEnrolment(ctx, ctx.now)),

	/** Confirms the app and opens the console. */
	finish: publicProcedure
		.input(z.object({ code: secondCodeSchema }))
		.mutation(({ ctx, input }) => finishEnrolment(ctx, input.code, ctx.now)),

	/** Back to the password. */
	leave: publicProcedure.mutation(({ ctx }) => takeTicketBack(ctx))
});

/** One's own account. */
export const accountRouter = router({
	get: procedure('console.use').query(({ ctx }) => viewAccount(ctx, ctx.now)),

	/** The password once more, and a code where there is an app: for ten minutes weighty things go through. */
	proveAgain: procedure('console.use')
		.input(z.object({ password: passwordSchema, code: z.nullable(secondCodeSchema) }))
		.mutation(({ ctx, input }) => proveAgain(ctx, input, ctx.now)),

	secondFactor: router({
		begin: procedure('console.use').mutation(async ({ ctx }) => {
			await mustBeFresh(ctx, ctx.now);
			const { email } = await currentSession(ctx);
			return beginSecondFactor(ctx, { userId: ctx.actor.userId, email }, ctx.now);
		}),

		confirm: procedure('console.use')
			.input(z.object({ code: secondCodeSchema }))
			.mutation(({ ctx, input }) => keepSecondFactor(ctx, input.code, ctx.now)),

		remove: procedure('console.use').mutation(({ ctx }) => dropSecondFactor(ctx, ctx.now)),

		/** New recovery codes, shown this once; not under a key, since its answer would be kept. */
		renewCodes: procedure('console.use').mutation(({ ctx }) => renewRecoveryCodes(ctx, ctx.now))
	}),

	passkeys: passkeysRouter,

	sessions: router({
		list: procedure('console.use').query(async ({ ctx }) => {
			const { id: currentId } = await currentSession(ctx);
			return listSessions(ctx.db, { userId: ctx.actor.userId, currentId }, ctx.now);
		}),

		end: procedure('console.use')
			.input(one)
			.mutation(({ ctx, input }) =>
				writeOnce(ctx, 'identity.endSession', input, async (tx) => {
					await endSession(tx, { userId: ctx.actor.userId, id: input.id });
					return { id: input.id };
				})
			),

		endOthers: procedure('console.use')
			.input(z.object({ key }))
			.mutation(async ({ ctx, input }) => {
				const { id: but } = await currentSession(ctx);
				return writeOnce(ctx, 'identity.endOtherSessions', input, async (tx) => ({
					ended: await endSessions(tx, ctx.actor.userId, but)
				}));
			})
	})
});

/** What managers do about the sign-in of colleagues. */
export const signInsRouter = router({
	/** Sign-ins and second factor of a colleague; null for those without a console. */
	get: procedure('staff.write')
		.input(z.object({ staffId: id }))
		.query(({ ctx, input }) => viewSignIn(ctx.db, input, ctx.actor, ctx.now)),

	/** Ends one sign-in, or all of them (`sessionId` null). */
	end: procedure('staff.write')
		.input(staffId.extend({ sessionId: id.nullable() }))
		.mutation(({ ctx, input }) =>
			writeOnce(ctx, 'identity.endSignIns', input, async (tx) => {
				await endSignIns(tx, input, ctx, ctx.now);
				return { staffId: input.staffId };
			})
		),

	/** Ends all sign-ins and mails a link for a new password; `sent` says whether it has left. */
	sendReset: procedure('staff.write')
		.input(staffId)
		.mutation(async ({ ctx, input }) => {
			let letter = null as Awaited<ReturnType<typeof sendAway>> | null;
			const done = await writeOnce(ctx, 'identity.sendReset', input, async (tx) => {
				letter = await sendAway(tx, input, ctx, ctx.now);
				return { staffId: input.staffId };
			});
			if (letter === null) return { ...done, sent: true };
			const { email, language, token } = letter as Awaited<ReturnType<typeof sendAway>>;
			const link = linkTo(ctx.origin, 'reset', token);
			try {
				await ctx.mail.send(await resetMail(email, link, resetMinutes, language ?? ctx.language));
				return { ...done, sent: true };
			} catch (error) {
				log.error('mail.not_sent', error);
				return { ...done, sent: false };
			}
		}),

	/** Takes away the second factor of a colleague who lost it: the owner's, as roles are. */
	resetSecondFactor: procedure('roles.write')
		.input(staffId.extend({ reason }))
		.mutation(async ({ ctx, input }) => {
			await mustBeFresh(ctx, ctx.now);
			let email = null as string | null;
			const done = await writeOnce(ctx, 'identity.resetSecondFactor', input, async (tx) => {
				({ email } = await resetSecondFactor(tx, input, ctx, ctx.now));
				return { staffId: input.staffId };
			});
			if (email !== null) tellOf(ctx, 'removed', email);
			return done;
		})
});

/** What the house asks of everybody who signs in. */
export const signInRulesRouter = router({
	get: procedure('programme.read').query(({ ctx }) => findSignInRules(ctx.db)),

	save: wideProcedure('programme.write')
		.input(z.object({ key, secondFactor: z.enum(secondFactorRules), version: z.int() }))
		.mutation(async ({ ctx, input }) => {
			await mustBeFresh(ctx, ctx.now);
			return writeOnce(ctx, 'identity.saveSignInRules', input, (tx) => saveSignInRules(tx, input, ctx, ctx.now));
		})
});
