import * as z from 'zod/mini';
import { tellChanged } from '#platform/live';
import { procedure, router } from '#platform/trpc';
import { writeOnce } from '#platform/write';
import { merge } from './merge.server.ts';
import type { MemberSteps } from './steps.server.ts';

const id = z.string().check(z.maxLength(40));

/** @param steps what each module does when two of its members become one */
export const mergingRouter = (steps: readonly MemberSteps[]) =>
	router({
		/** Puts two members together, for good. */
		merge: procedure('members.merge')
			.input(
				z.object({
					key: z.string().check(z.maxLength(64)),
					fromId: id,
					intoId: id,
					// Its form is judged by the rules, so that it is said beside its field.
					reason: z.string().check(z.maxLength(2000))
				})
			)
			.mutation(async ({ ctx, input }) => {
				const done = await writeOnce(ctx, 'customers.merge', input, (tx) => merge(tx, input, steps, ctx, ctx.now));
				tellChanged(ctx.db, [input.fromId, input.intoId]);
				return done;
			})
	});
