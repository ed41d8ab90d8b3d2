import * as z from 'zod/mini';
import { and, eq, isNull } from 'drizzle-orm';
import { languages } from '#core/languages';
import { inTransaction, type Reads } from '#platform/db';
import { procedure, router } from '#platform/trpc';
import { codeFor } from './codes.server.ts';
import { newsWording, staticCode } from './index.ts';
import { changeProfile, setNewsConsent } from './join.server.ts';
import { getMember } from './members.server.ts';
import { consents } from './tables.server.ts';

/** What stands agreed to: since when, by purpose. */
async function agreed(reads: Reads, memberId: string): Promise<{ programme: Date | null; news: Date | null }> {
	const rows = await reads
		.select({ purpose: consents.purpose, givenAt: consents.givenAt })
		.from(consents)
		.where(and(eq(consents.memberId, memberId), isNull(consents.withdrawnAt)));
	const since = (purpose: string) => rows.find((row) => row.purpose === purpose)?.givenAt ?? null;
	return { programme: since('programme'), news: since('news') };
}

export const walletRouter = router({
	/** Who the wallet belongs to, and what its code is drawn from. */
	me: procedure('wallet.own').query(async ({ ctx }) => {
		const { memberId } = ctx.actor;
		const [member, code, consent] = await Promise.all([
			getMember(ctx.db, memberId),
			inTransaction(ctx.db, (tx) => codeFor(tx, memberId)),
			agreed(ctx.db, memberId)
		]);
		return {
			memberId,
			name: member.name,
			email: member.email,
			joinedAt: member.joinedAt,
			blocked: member.blocked,
			code,
			staticCode: staticCode(member.number),
			consent
		};
	}),

	changeProfile: procedure('wallet.own')
		.input(
			z.object({
				name: z.optional(z.string().check(z.maxLength(80))),
				language: z.optional(z.enum(languages))
			})
		)
		.mutation(({ ctx, input }) => inTransaction(ctx.db, (tx) => changeProfile(tx, ctx.actor.memberId, input))),

	/** Agrees to news by e-mail, or takes it back. */
	setNews: procedure('wallet.own')
		.input(z.object({ wanted: z.boolean() }))
		.mutation(({ ctx, input }) =>
			inTransaction(ctx.db, (tx) => setNewsConsent(tx, ctx.actor.memberId, input.wanted ? newsWording : null, ctx.now))
		)
});
