import { procedure, router } from '#platform/trpc';
import { cardRules } from './policy.server.ts';

export const tillRouter = router({
	/** How gift cards are sold here: what the tablet offers, and what it must not ask for. */
	rules: procedure('till.device').query(async ({ ctx }) => (await cardRules(ctx.db)).rules)
});
