import { z } from 'zod';
import { isId } from '#core/ids';
import { procedure, router, wideProcedure } from '#platform/trpc';
import { writeOnce } from '#platform/write';
import { createClient, listClients, redrawKey, revokeClient } from './clients.server.ts';
import { nameSchema } from './index.ts';
import { clientPermissions } from './permissions.ts';
import { mustBeFresh } from './sessions.server.ts';

const key = z.string().max(64);
const clientId = z.string().refine((text) => isId('client', text));
const storeId = z.string().refine((text) => isId('store', text));

export const clientsRouter = router({
	/** Programs with a key, and what a key can be given. */
	list: wideProcedure('keys.write').query(async ({ ctx }) => ({
		clients: await listClients(ctx.db),
		scopes: clientPermissions
	})),

	/**
	 * The key is in this answer and nowhere else: the call's stored answer has its id only, so that a call repeated since
	 * its answer got lost brings a new key in place of the first. Whoever makes one has just proved who they are.
	 */
	create: procedure('keys.write')
		.input(
			z.object({
				key,
				name: nameSchema,
				scopes: z.array(z.string().max(60)).max(100),
				storeIds: z.array(storeId).max(500).nullable(),
				expiresAt: z.date().nullable()
			})
		)
		.mutation(async ({ ctx, input }) => {
			await mustBeFresh(ctx, ctx.now);
			const fresh: { id: string; key: string }[] = [];
			const { id } = await writeOnce(ctx, 'identity.create_client', input, async (tx) => {
				const made = await createClient(tx, input, ctx, ctx.now);
				fresh.push(made);
				return { id: made.id };
			});
			return fresh[0] ?? redrawKey(ctx.db, id, ctx.now);
		}),

	revoke: wideProcedure('keys.write')
		.input(z.object({ key, clientId }))
		.mutation(({ ctx, input }) =>
			writeOnce(ctx, 'identity.revoke_client', input, async (tx) => {
				await revokeClient(tx, input.clientId, ctx, ctx.now);
				return null;
			})
		)
});
