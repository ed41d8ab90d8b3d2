import * as z from 'zod/mini';
import { procedure, router } from '#platform/trpc';
import { catalogueOf, listProducts } from './catalogue.server.ts';
import { storeOf } from './places.server.ts';
import { programmeOf } from './programme.server.ts';

/** What a tablet reads of its shop, whoever stands before it. */
export const tillRouter = router({
	/** the programme and the store this tablet stands in */
	shop: procedure('till.device').query(async ({ ctx }) => {
		const [programme, store] = await Promise.all([programmeOf(ctx.db), storeOf(ctx.db, ctx.actor.storeId)]);
		return { programme, store };
	}),
	catalogue: procedure('till.device').query(({ ctx }) => catalogueOf(ctx.db)),
	/** A mutation although it changes nothing: what is typed into the search may be a code, and codes stay out of addresses. */
	products: procedure('till.device')
		.input(
			z.object({
				text: z.optional(z.string().check(z.maxLength(200))),
				categoryId: z.optional(z.string().check(z.maxLength(40))),
				cursor: z.optional(z.nullable(z.string().check(z.maxLength(400))))
			})
		)
		.mutation(({ ctx, input }) => listProducts(ctx.db, input))
});
