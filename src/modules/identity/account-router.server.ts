import { z } from 'zod';
import type { Tx } from '#platform/db';
import { log } from '#platform/log';
import { procedure, publicProcedure, router, type Context } from '#platform/trpc';
import { writeOnce } from '#platform/write';
import { admitToConsole } from './door.server.ts';
import { emailSchema, linkTokenSchema, nameSchema, passwordSchema } from './index.ts';
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
import { invitationMail } from './mails.server.ts';
import { requestReset, resetPassword } from './resets.server.ts';

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
		await mail.send(invitationMail(letter.to, { ...letter, link, days: invitationDays }, letter.language));
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

	/** Makes the holder of the link a colleague and signs them in. */
	accept: publicProcedure
		.input(z.object({ token, name: nameSchema, password: passwordSchema }))
		.mutation(async ({ ctx, input }) => {
			const { userId } = await acceptInvitation(ctx, input, ctx, ctx.now);
			return admitToConsole(ctx, userId);
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
