import { createHmac } from 'node:crypto';
import { z } from 'zod';
import type { Role } from '#core/actor';
import { isId } from '#core/ids';
import { needStore } from '#platform/reach';
import { keepTrail } from '#platform/trail';
import { procedure, router, wideProcedure } from '#platform/trpc';
import { writeOnce } from '#platform/write';
import { listDevices, makeEnrolmentCode, remakeEnrolmentCode, revokeDevice } from './devices.server.ts';
import { isBuiltIn, nameSchema, pinSchema } from './index.ts';
import { archiveRole, createRole, editRole, listRoles } from './roles.server.ts';
import {
	addColleague,
	changeStaff,
	disableStaff,
	restoreStaff,
	setPin,
	signOutOfTills
} from './staff-changes.server.ts';
import { colleagues, getColleague } from './staff-views.server.ts';

const key = z.string().max(64);
const staffId = z.string().refine((text) => isId('staff', text));
const deviceId = z.string().refine((text) => isId('device', text));
const storeId = z.string().refine((text) => isId('store', text));
const roleId = z.string().refine((text) => isId('role', text));
const role = z.custom<Role>((value) => typeof value === 'string' && (isBuiltIn(value) || isId('role', value)));
/** null: every store; nobody works in none */
const storeIds = z.array(storeId).min(1).max(500).nullable();
const permissions = z.array(z.string().max(100)).max(200);

/**
 * A PIN as an idempotency key's input: the stored hash of an input must not let anybody try the ten thousand PINs, so
 * that it is hashed with the house's secret first.
 */
const sealed = (secret: string, pin: string): string => createHmac('sha256', secret).update(`pin ${pin}`).digest('hex');

/** The people of the house, as far as one's stores go. */
export const staffRouter = router({
	list: procedure('staff.read').query(({ ctx }) => colleagues(ctx.db, ctx.actor)),

	/** One colleague, and where they stand and stood at tills. */
	get: procedure('staff.read')
		.input(z.object({ staffId }))
		.query(({ ctx, input }) => getColleague(ctx.db, ctx.actor, input.staffId)),

	/** Adds somebody with a PIN; the role is `cashier` unless it says otherwise. */
	createCashier: procedure('staff.write')
		.input(z.object({ key, name: nameSchema, pin: pinSchema, role: role.optional(), storeIds }))
		.mutation(({ ctx, input }) => {
			const { pin, ...rest } = input;
			const once = { ...rest, pin: sealed(ctx.secret, pin) };
			return writeOnce(ctx, 'identity.add_colleague', once, (tx) =>
				addColleague(tx, { ...rest, role: rest.role ?? 'cashier', pin }, ctx, ctx.now)
			);
		}),

	change: procedure('staff.write')
		.input(z.object({ key, staffId, version: z.int(), name: nameSchema, role, storeIds }))
		.mutation(({ ctx, input }) =>
			writeOnce(ctx, 'identity.change_staff', input, (tx) => changeStaff(tx, input, ctx, ctx.now))
		),

	setPin: procedure('staff.write')
		.input(z.object({ key, staffId, pin: pinSchema }))
		.mutation(({ ctx, input }) => {
			const { pin, ...rest } = input;
			const once = { ...rest, pin: sealed(ctx.secret, pin) };
			return writeOnce(ctx, 'identity.set_pin', once, async (tx) => {
				await setPin(tx, { ...rest, pin }, ctx, ctx.now);
				return null;
			});
		}),

	disable: procedure('staff.write')
		.input(z.object({ key, staffId }))
		.mutation(({ ctx, input }) =>
			writeOnce(ctx, 'identity.disable_staff', input, async (tx) => {
				await disableStaff(tx, input, ctx, ctx.now);
				return null;
			})
		),

	restore: procedure('staff.write')
		.input(z.object({ key, staffId }))
		.mutation(({ ctx, input }) =>
			writeOnce(ctx, 'identity.restore_staff', input, async (tx) => {
				await restoreStaff(tx, input, ctx, ctx.now);
				return null;
			})
		),

	signOutOfTills: procedure('staff.write')
		.input(z.object({ key, staffId }))
		.mutation(({ ctx, input }) =>
			writeOnce(ctx, 'identity.sign_out_of_tills', input, async (tx) => {
				await signOutOfTills(tx, input, ctx, ctx.now);
				return null;
			})
		)
});

/** Roles concern every store: whoever is limited to some may see them, and change none. */
export const rolesRouter = router({
	list: procedure('staff.read').query(({ ctx }) => listRoles(ctx.db)),

	create: wideProcedure('roles.write')
		.input(z.object({ key, name: nameSchema, permissions }))
		.mutation(({ ctx, input }) =>
			writeOnce(ctx, 'identity.create_role', input, (tx) => createRole(tx, input, ctx, ctx.now))
		),

	edit: wideProcedure('roles.write')
		.input(z.object({ key, roleId, version: z.int(), name: nameSchema, permissions }))
		.mutation(({ ctx, input }) =>
			writeOnce(ctx, 'identity.edit_role', input, (tx) => editRole(tx, input, ctx, ctx.now))
		),

	archive: wideProcedure('roles.write')
		.input(z.object({ key, roleId }))
		.mutation(({ ctx, input }) => {
			return writeOnce(ctx, 'identity.archive_role', input, async (tx) => {
				await archiveRole(tx, input, ctx, ctx.now);
				return null;
			});
		})
});

export const devicesRouter = router({
	list: procedure('devices.read').query(({ ctx }) => listDevices(ctx.db, ctx.actor.storeIds)),

	/**
	 * The code is in this answer and nowhere else: the key's stored answer has its id only, so that a call repeated since
	 * its answer got lost brings a new code in place of the first.
	 */
	makeEnrolmentCode: procedure('devices.write')
		.input(z.object({ key, storeId, name: nameSchema }))
		.mutation(async ({ ctx, input }) => {
			needStore(ctx.actor, input.storeId);
			const fresh: { code: string; expiresAt: Date }[] = [];
			const { id } = await writeOnce(ctx, 'identity.make_enrolment_code', input, async (tx) => {
				const { id, ...made } = await makeEnrolmentCode(tx, { ...input, by: ctx.actor.staffId }, ctx.now);
				fresh.push(made);
				const { storeId, name } = input;
				const subject = { kind: 'enrolment', id };
				await keepTrail(tx, ctx, { action: 'device.code_made', subject, title: name, storeId }, ctx.now);
				return { id };
			});
			return fresh[0] ?? remakeEnrolmentCode(ctx.db, id, ctx.now);
		}),

	revoke: procedure('devices.write')
		.input(z.object({ key, deviceId }))
		.mutation(({ ctx, input }) =>
			writeOnce(ctx, 'identity.revoke_device', input, async (tx) => {
				await revokeDevice(tx, input.deviceId, ctx, ctx.now);
				return null;
			})
		)
});
