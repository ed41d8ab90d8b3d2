import { z } from 'zod';
import { isId } from '#core/ids';
import { inTransaction } from '#platform/db';
import { procedure, publicProcedure, router } from '#platform/trpc';
import { keepDeviceToken, renewDeviceToken } from './actors.server.ts';
import { closeSession, findSession } from './auth.server.ts';
import { clientsRouter } from './clients-router.server.ts';
import { requestCode, signInWithCode } from './codes.server.ts';
import { enrol } from './devices.server.ts';
import {
	invitationsRouter,
	resetRouter,
	secondStepRouter,
	signInRulesRouter,
	signInsRouter
} from './account-router.server.ts';
import { codeSchema, emailSchema, passwordSchema, pinSchema } from './index.ts';
import { passkeyDoorRouter } from './passkeys-router.server.ts';
import { changePassword, signInWithPassword } from './passwords.server.ts';
import { findRoleName } from './rights.server.ts';
import { devicesRouter, rolesRouter, staffRouter } from './staff-router.server.ts';
import { listCashiers, shownAtTill, signInAtTill, signOutAtTill } from './till.server.ts';
import { endWalletSessions, proveInWallet, sendProof, walletSessions } from './wallet-proof.server.ts';

const staffId = z.string().refine((text) => isId('staff', text));

export { accountRouter } from './account-router.server.ts';

export const walletRouter = router({
	/** Sends a sign-in code. */
	requestCode: publicProcedure
		.input(z.object({ email: emailSchema }))
		.mutation(({ ctx, input }) => requestCode(ctx, input.email, ctx.now)),

	/** Opens the wallet; the session comes as a cookie. */
	signInWithCode: publicProcedure
		.input(z.object({ email: emailSchema, code: codeSchema }))
		.mutation(async ({ ctx, input }) => {
			await signInWithCode(ctx, input.email, input.code, ctx.now);
		}),

	signOut: publicProcedure.mutation(({ ctx }) => closeSession('wallet', ctx)),

	/** Sends a code to one's own address, before something weighty. */
	sendProof: procedure('wallet.own').mutation(({ ctx }) => sendProof(ctx, ctx.now)),

	prove: procedure('wallet.own')
		.input(z.object({ code: codeSchema }))
		.mutation(({ ctx, input }) => proveInWallet(ctx, input.code, ctx.now)),

	/** The phones and browsers that one is signed in with. */
	sessions: procedure('wallet.own').query(({ ctx }) => walletSessions(ctx, ctx.now)),

	/** Ends one of them, or (null) all but this one. */
	endSessions: procedure('wallet.own')
		.input(z.object({ id: z.string().max(40).nullable() }))
		.mutation(({ ctx, input }) => inTransaction(ctx.db, (tx) => endWalletSessions(ctx, tx, input.id))),

	/** Who is signed in, or null. */
	me: publicProcedure.query(async ({ ctx }) => {
		if (ctx.actor.kind !== 'shopper') return null;
		const session = await findSession('wallet', ctx);
		return session && { memberId: ctx.actor.memberId, email: session.email };
	})
});

export const tillRouter = router({
	/** Makes this tablet a till; its token comes as a cookie. */
	enrol: publicProcedure.input(z.object({ code: z.string().max(60) })).mutation(async ({ ctx, input }) => {
		const { token, ...device } = await enrol(ctx.db, { code: input.code, ip: ctx.ip }, ctx.now);
		keepDeviceToken(ctx, token);
		return device;
	}),

	/** Who may sign in here. */
	cashiers: procedure('till.device').query(({ ctx }) => listCashiers(ctx.db, ctx.actor.storeId)),

	/** `fresh`: one's own PIN, from somebody to whom the other was given. */
	signIn: procedure('till.device')
		.input(z.object({ staffId, pin: pinSchema, fresh: z.optional(pinSchema) }))
		.mutation(async ({ ctx, input }) =>
			shownAtTill(await signInAtTill(ctx.db, { till: ctx.actor, ...input, requestId: ctx.requestId }, ctx.now))
		),

	signOut: procedure('till.device').mutation(({ ctx }) => signOutAtTill(ctx.db, ctx.actor.deviceId, ctx.now)),

	/** This tablet and who stands here; null for a tablet that is not enrolled. */
	me: publicProcedure.query(({ ctx }) => {
		if (ctx.actor.kind !== 'till') return null;
		renewDeviceToken(ctx);
		const { deviceId, storeId, staff } = ctx.actor;
		return { deviceId, storeId, staff: staff && shownAtTill(staff) };
	})
});

export const adminRouter = router({
	/** Opens the console; the session comes as a cookie. */
	signIn: publicProcedure
		.input(z.object({ email: emailSchema, password: passwordSchema }))
		.mutation(({ ctx, input }) => signInWithPassword(ctx, input.email, input.password, ctx.now)),

	signOut: publicProcedure.mutation(({ ctx }) => closeSession('admin', ctx)),

	/** A new password for whoever is signed in; their other sign-ins to the console end. */
	changePassword: procedure('console.use')
		.input(z.object({ old: passwordSchema, fresh: passwordSchema }))
		.mutation(({ ctx, input }) => changePassword(ctx, input, ctx, ctx.now)),

	/** Who is signed in and what they may do, or null. */
	me: publicProcedure.query(async ({ ctx }) => {
		if (ctx.actor.kind !== 'staff') return null;
		const { staffId, name, role, permissions, storeIds } = ctx.actor;
		return { staffId, name, role, roleName: await findRoleName(ctx.db, role), permissions, storeIds };
	}),

	invitations: invitationsRouter,
	reset: resetRouter,
	secondStep: secondStepRouter,
	passkeys: passkeyDoorRouter,
	signIns: signInsRouter,
	signInRules: signInRulesRouter,
	staff: staffRouter,
	roles: rolesRouter,
	devices: devicesRouter,
	clients: clientsRouter
});
