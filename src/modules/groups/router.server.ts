import * as z from 'zod/mini';
import { reasonOf } from '#customers/server';
import { tellChanged } from '#platform/live';
import { procedure, router, type Context } from '#platform/trpc';
import { writeOnce } from '#platform/write';
import { addMember, leave, setRole } from './belonging.server.ts';
import { edit, end, found, setShares } from './groups.server.ts';
import { groupKinds, groupRoles, groupsRefusals } from './index.ts';
import { ownGroups, sharersOf } from './views.server.ts';

const id = z.string().check(z.maxLength(40));
const key = z.string().check(z.maxLength(64));
// Their form is judged by the rules, so that it is said beside its field.
const text = z.string().check(z.maxLength(2000));
const role = z.enum(groupRoles);
const agreed = z.nullable(text);
const group = z.object({
	name: text,
	vatNumber: z.nullable(text),
	registrationNumber: z.nullable(text),
	billingAddress: z.nullable(text),
	note: z.nullable(text)
});
const points = z.int().check(z.minimum(0), z.maximum(1_000_000_000));

/** Everybody's wallet who shares the purse shows its points. */
async function tellSharers(ctx: Pick<Context, 'db'>, groupId: string, alsoIds: readonly string[]): Promise<void> {
	tellChanged(ctx.db, [groupId, ...alsoIds, ...(await sharersOf(ctx.db, groupId))]);
}

/** Giving points along, or all of them to somebody, is a move of points by hand. */
function mayMovePoints(ctx: Context): void {
	if (!ctx.may('ledger.adjust')) throw groupsRefusals.refuse('group.may_not_move', { field: 'points' });
}

export const walletRouter = router({
	/** The member's household and firms, and what leaving them would mean. */
	mine: procedure('wallet.own').query(({ ctx }) => ownGroups(ctx.db, ctx.actor.memberId, ctx.now)),

	/** The member leaves; what is in the purse stays there. */
	leave: procedure('wallet.own')
		.input(z.object({ key, groupId: id }))
		.mutation(async ({ ctx, input }) => {
			const { memberId } = ctx.actor;
			const going = { groupId: input.groupId, memberId, points: 0, reason: null };
			await writeOnce(ctx, 'groups.leave', input, async (tx) => {
				await leave(tx, going, ctx, ctx.now);
				return null;
			});
			await tellSharers(ctx, input.groupId, [memberId]);
		})
});

export const adminRouter = router({
	found: procedure('members.write')
		.input(
			z.object({
				key,
				kind: z.enum(groupKinds),
				group,
				shares: z.boolean(),
				head: z.nullable(z.object({ memberId: id, title: z.nullable(text), agreed }))
			})
		)
		.mutation(async ({ ctx, input }) => {
			const made = await writeOnce(ctx, 'groups.found', input, (tx) => found(tx, input, ctx, ctx.now));
			if (input.head) tellChanged(ctx.db, [input.head.memberId]);
			return made;
		}),

	edit: procedure('members.write')
		.input(z.object({ key, id, version: z.int(), group }))
		.mutation(async ({ ctx, input }) => {
			await writeOnce(ctx, 'groups.edit', input, (tx) => edit(tx, input, ctx, ctx.now));
		}),

	addMember: procedure('members.write')
		.input(z.object({ key, groupId: id, memberId: id, role, title: z.nullable(text), agreed }))
		.mutation(async ({ ctx, input }) => {
			const done = await writeOnce(ctx, 'groups.addMember', input, (tx) => addMember(tx, input, ctx, ctx.now));
			await tellSharers(ctx, input.groupId, [input.memberId]);
			return done;
		}),

	setRole: procedure('members.write')
		.input(z.object({ key, groupId: id, memberId: id, role, title: z.nullable(text) }))
		.mutation(async ({ ctx, input }) => {
			await writeOnce(ctx, 'groups.setRole', input, (tx) => setRole(tx, input, ctx, ctx.now));
			await tellSharers(ctx, input.groupId, [input.memberId]);
		}),

	/** Takes somebody out of a group, with some of its points or none. */
	takeOut: procedure('members.write')
		.input(z.object({ key, groupId: id, memberId: id, points, reason: text }))
		.mutation(async ({ ctx, input }) => {
			if (input.points > 0) mayMovePoints(ctx);
			await writeOnce(ctx, 'groups.takeOut', input, (tx) =>
				leave(tx, { ...input, reason: reasonOf(input.reason) }, ctx, ctx.now)
			);
			await tellSharers(ctx, input.groupId, [input.memberId]);
		}),

	setShares: procedure('members.write')
		.input(z.object({ key, id, version: z.int(), shares: z.boolean(), heirId: z.nullable(id) }))
		.mutation(async ({ ctx, input }) => {
			if (input.heirId !== null) mayMovePoints(ctx);
			const before = await sharersOf(ctx.db, input.id);
			await writeOnce(ctx, 'groups.setShares', input, (tx) => setShares(tx, input, ctx, ctx.now));
			await tellSharers(ctx, input.id, before);
		}),

	end: procedure('members.write')
		.input(z.object({ key, id, heirId: z.nullable(id), reason: text }))
		.mutation(async ({ ctx, input }) => {
			if (input.heirId !== null) mayMovePoints(ctx);
			const before = await sharersOf(ctx.db, input.id);
			await writeOnce(ctx, 'groups.end', input, (tx) => end(tx, input, ctx, ctx.now));
			tellChanged(ctx.db, [input.id, ...before]);
		})
});
