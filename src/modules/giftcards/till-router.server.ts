import * as z from 'zod/mini';
import { inTransaction } from '#platform/db';
import { procedure, router } from '#platform/trpc';
import { enterPin, setPin } from './pin-acts.server.ts';
import { cardRules } from './policy.server.ts';

const id = z.string().check(z.maxLength(40));
const pin = z.string().check(z.maxLength(20));

export const tillRouter = router({
	/** How gift cards are sold here: what the tablet offers, and what it must not ask for. */
	rules: procedure('till.device').query(async ({ ctx }) => (await cardRules(ctx.db)).rules),

	/** The holder typed their PIN: the proof goes along with the sale. */
	enterPin: procedure('till.sell')
		.input(z.object({ id, pin }))
		.mutation(({ ctx, input }) => enterPin(ctx.db, input, ctx.now)),

	/** The holder chose a PIN. Asked again it is set again: no key is needed. */
	setPin: procedure('till.sell')
		.input(z.object({ id, pin, proof: z.nullable(z.string().check(z.maxLength(200))) }))
		.mutation(({ ctx, input }) => inTransaction(ctx.db, (tx) => setPin(tx, input, ctx, ctx.now)))
});
