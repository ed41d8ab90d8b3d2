import { isRefusal } from '#core/refusal';
import { signInWithPassword } from '#identity/server';
import { publicProcedure, router } from '#platform/trpc';
import { foundHouse, isEmptyHouse } from './found.server.ts';
import { foundingInput } from './index.ts';

/** Open to everybody, since there is nobody yet; the code that the server prints stands guard. */
export const adminRouter = router({
	/** Whether the house is empty, so that somebody has to found it before anybody can sign in. */
	needed: publicProcedure.query(({ ctx }) => isEmptyHouse(ctx.db)),

	/**
	 * Founds the house and signs its owner in; the session comes as a cookie. `signedIn` is false where too many others
	 * tried to sign in from the same address: the house stands all the same.
	 */
	found: publicProcedure.input(foundingInput).mutation(async ({ ctx, input }) => {
		await foundHouse(ctx.db, input, ctx.now);
		try {
			await signInWithPassword(ctx, input.email, input.password, ctx.now);
			return { signedIn: true };
		} catch (error) {
			if (!isRefusal(error)) throw error;
			return { signedIn: false };
		}
	})
});
