import * as z from 'zod/mini';
import { and, eq, isNull } from 'drizzle-orm';
import { languages } from '#core/languages';
import { inTransaction, type Db, type Reads } from '#platform/db';
import { procedure, router } from '#platform/trpc';
import { codeFor } from './codes.server.ts';
import { customersRefusals, linkedCodeKinds, newsWording, staticCode } from './index.ts';
import { hour, minute } from '#core/time';
import { claimTry, minutesUntil, type Limit } from '#identity/server';
import { writeOnce } from '#platform/write';
import { askedProcedures, memberProcedures } from './admin-router.server.ts';
import { consentsOf } from './consents.server.ts';
import { dataPolicyOf } from './data-policy.server.ts';
import { findErasure } from './erasing.server.ts';
import { setNewsConsent } from './join.server.ts';
import { linkCode } from './linked-codes.server.ts';
import { memberForm } from './member-page.server.ts';
import { changeProfile, createMember } from './people.server.ts';
import { nobody } from './person.ts';
import { getMember } from './members.server.ts';
import { consents } from './tables.server.ts';
import { wordingText } from './wordings.ts';
import { programmeOf } from '#stores/server';

/** how often a till may ask for members by address or number, and a member change their number */
const findLimit: readonly Limit[] = [
	{ tries: 60, within: 15 * minute },
	{ tries: 500, within: 24 * hour }
];
const profileLimit: readonly Limit[] = [{ tries: 20, within: hour }];

/** @throws member.find_too_often with the `minutes` to wait */
async function slowDown({ db, now }: { db: Db; now: Date }, about: string, limits: readonly Limit[]): Promise<void> {
	const until = await claimTry(db, about, limits, now);
	if (until) throw customersRefusals.refuse('member.find_too_often', { minutes: minutesUntil(until, now) });
}

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
		const [member, code, consent, erasure] = await Promise.all([
			getMember(ctx.db, memberId),
			inTransaction(ctx.db, (tx) => codeFor(tx, memberId)),
			agreed(ctx.db, memberId),
			findErasure(ctx.db, memberId)
		]);
		return {
			memberId,
			name: member.name,
			email: member.email,
			joinedAt: member.joinedAt,
			blocked: member.blocked,
			code,
			staticCode: staticCode(member.number),
			consent,
			/** when they will be erased, if they asked for it */
			erasedFrom: erasure?.dueAt ?? null
		};
	}),

	/** What the member has told the shop, and all that they ever agreed to. */
	profile: procedure('wallet.own').query(async ({ ctx }) => {
		const { memberId } = ctx.actor;
		const [{ person }, consents, { policy }, { name: programme }] = await Promise.all([
			memberForm(ctx.db, memberId),
			consentsOf(ctx.db, memberId),
			dataPolicyOf(ctx.db),
			programmeOf(ctx.db)
		]);
		const { name, email, phone, birthday, birthYear } = person;
		return {
			/** what they told stands, and the house alone changes it */
			birthdayStays: birthday !== null && policy.ownBirthday === 'once',
			/** what they tell now will stand */
			birthdayOnce: policy.ownBirthday === 'once',
			name,
			email,
			phone,
			birthday,
			birthYear,
			consents: consents.map(({ id, purpose, wording, source, givenAt, withdrawnAt }) => ({
				id,
				purpose,
				/** word for word; null: a file brought it */
				text: wordingText(wording, ctx.language, programme),
				source,
				givenAt,
				withdrawnAt
			}))
		};
	}),

	changeProfile: procedure('wallet.own')
		.input(
			z.object({
				name: z.optional(z.string().check(z.maxLength(80))),
				phone: z.optional(z.nullable(z.string().check(z.maxLength(200)))),
				birthday: z.optional(z.nullable(z.string().check(z.maxLength(5)))),
				birthYear: z.optional(z.nullable(z.number())),
				language: z.optional(z.enum(languages))
			})
		)
		.mutation(async ({ ctx, input }) => {
			const { memberId } = ctx.actor;
			// A number that is taken says that somebody here has it: nobody gets to ask for many.
			if (input.phone) await slowDown(ctx, `profile of ${memberId}`, profileLimit);
			await inTransaction(ctx.db, (tx) => changeProfile(tx, memberId, input, ctx, ctx.now));
			return null;
		}),

	/** Agrees to news by e-mail, or takes it back. */
	setNews: procedure('wallet.own')
		.input(z.object({ wanted: z.boolean() }))
		.mutation(({ ctx, input }) =>
			inTransaction(ctx.db, (tx) => setNewsConsent(tx, ctx.actor.memberId, input.wanted ? newsWording : null, ctx.now))
		)
});

const key = z.string().check(z.maxLength(64));
const text = z.string().check(z.maxLength(1000));

export const tillRouter = router({
	/**
	 * Makes somebody a member at the counter, with as little as they like to tell. The answer is their code, which the till
	 * then reads like any other.
	 */
	join: procedure('till.sell')
		.input(
			z.object({
				key,
				name: z.nullable(text),
				contact: z.nullable(text),
				card: z.nullable(text),
				agreed: z.object({ programme: z.boolean(), news: z.boolean() })
			})
		)
		.mutation(async ({ ctx, input }) => {
			const { name, contact, agreed } = input;
			// An address or number that is taken says that somebody has it.
			if (contact) await slowDown(ctx, `members asked for by ${ctx.actor.deviceId}`, findLimit);
			const isAddress = contact?.includes('@') ?? false;
			const person = {
				...nobody,
				name,
				email: isAddress ? contact : null,
				phone: isAddress ? null : contact,
				language: ctx.language
			};
			const card = input.card === null ? null : { text: input.card, kind: 'plastic' as const };
			// The number is read again: what is kept with the key outlives a member who is erased.
			const { id } = await writeOnce(ctx, 'customers.join_at_till', input, async (tx) => {
				const { id } = await createMember(tx, { person, attributes: {}, card, agreed }, ctx, ctx.now);
				return { id };
			});
			return { code: staticCode((await getMember(ctx.db, id)).number) };
		}),

	/** Links a card to a member: in front of whoever showed their phone, or by somebody who may do it by hand. */
	linkCard: procedure('till.sell')
		.input(z.object({ key, memberId: z.string().check(z.maxLength(40)), code: text, kind: z.enum(linkedCodeKinds) }))
		.mutation(({ ctx, input }) => {
			const mustShow = ctx.may('till.manual') ? null : { deviceId: ctx.actor.deviceId };
			return writeOnce(ctx, 'customers.link_card', input, (tx) => linkCode(tx, { ...input, mustShow }, ctx, ctx.now));
		})
});

export const adminRouter = router({ ...memberProcedures, asking: router(askedProcedures) });
export { mergingRouter } from './merging-router.server.ts';
export { dataRouter, dataWalletRouter } from './data-router.server.ts';
