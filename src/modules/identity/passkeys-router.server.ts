import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server';
import { z } from 'zod';
import { procedure, publicProcedure, router } from '#platform/trpc';
import { writeOnce } from '#platform/write';
import { passkeyNameSchema } from './index.ts';
import {
	askAtDoor,
	askToProve,
	beginOwnPasskey,
	beginPasskeyEnrolment,
	dropOwnPasskey,
	finishPasskeyEnrolment,
	keepOwnPasskey,
	proveWithPasskey,
	renameOwnPasskey,
	signInWithPasskey
} from './passkey-doors.server.ts';
import { listPasskeys, passkeyHost } from './passkeys.server.ts';

/** base64url of what a browser answers; the longest are attestations with certificates */
const bytes = (most: number) =>
	z
		.string()
		.max(most)
		.regex(/^[\w-]*$/);
const attachment = z.enum(['platform', 'cross-platform']).nullish();

/** Where else a credential's `id` and `rawId` differ, the library refuses it. */
const credential = { id: bytes(1400).min(1), rawId: bytes(1400).min(1), type: z.literal('public-key') };

const shown = z
	.object({
		...credential,
		response: z.object({
			clientDataJSON: bytes(8000),
			authenticatorData: bytes(4000),
			signature: bytes(4000),
			userHandle: bytes(100).nullish()
		}),
		authenticatorAttachment: attachment
	})
	.transform((answer) => ({ ...answer, clientExtensionResults: {} }) as AuthenticationResponseJSON);

const made = z
	.object({
		...credential,
		response: z.object({
			clientDataJSON: bytes(8000),
			attestationObject: bytes(40_000),
			transports: z.array(z.string().max(30)).max(8).optional()
		}),
		authenticatorAttachment: attachment
	})
	.transform((answer) => ({ ...answer, clientExtensionResults: {} }) as RegistrationResponseJSON);

const key = z.string().max(64);
const id = z.string().max(40);
const newPasskey = z.object({ name: passkeyNameSchema, response: made });

/** At the sign-in: a passkey instead of a password, and where the house asks for a second step. */
export const passkeyDoorRouter = router({
	/** Whether browsers make passkeys for this address. */
	possible: publicProcedure.query(({ ctx }) => passkeyHost(ctx.origin) !== null),

	/** What a browser needs to ask for one; a mutation, since the answer is good for this browser alone. */
	ask: publicProcedure.mutation(({ ctx }) => askAtDoor(ctx, ctx.now)),

	/** Opens the console; the session comes as a cookie. */
	signIn: publicProcedure
		.input(z.object({ response: shown }))
		.mutation(({ ctx, input }) => signInWithPasskey(ctx, input.response, ctx.now)),

	/** Begins a passkey after the password, where the house asks for a second step. */
	beginEnrolment: publicProcedure.mutation(({ ctx }) => beginPasskeyEnrolment(ctx, ctx.now)),

	/** Keeps it and opens the console. */
	finishEnrolment: publicProcedure
		.input(newPasskey)
		.mutation(({ ctx, input }) => finishPasskeyEnrolment(ctx, input, ctx.now))
});

/** One's own passkeys. */
export const passkeysRouter = router({
	list: procedure('console.use').query(({ ctx }) => listPasskeys(ctx.db, ctx.actor.userId)),

	begin: procedure('console.use').mutation(({ ctx }) => beginOwnPasskey(ctx, ctx.now)),

	/** Not under a key: its answer may be recovery codes, and a challenge counts once anyway. */
	keep: procedure('console.use')
		.input(newPasskey)
		.mutation(({ ctx, input }) => keepOwnPasskey(ctx, input, ctx.now)),

	rename: procedure('console.use')
		.input(z.object({ key, id, name: passkeyNameSchema }))
		.mutation(({ ctx, input }) =>
			writeOnce(ctx, 'identity.renamePasskey', input, async (tx) => {
				await renameOwnPasskey(tx, input, ctx, ctx.now);
				return { id: input.id };
			})
		),

	remove: procedure('console.use')
		.input(z.object({ key, id }))
		.mutation(({ ctx, input }) => dropOwnPasskey(ctx, input.id, ctx.now)),

	/** What a browser needs to prove once more who sits here. */
	askToProve: procedure('console.use').mutation(({ ctx }) => askToProve(ctx, ctx.now)),

	prove: procedure('console.use')
		.input(z.object({ response: shown }))
		.mutation(({ ctx, input }) => proveWithPasskey(ctx, input.response, ctx.now))
});
