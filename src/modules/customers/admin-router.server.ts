import * as z from 'zod/mini';
import { tellChanged } from '#platform/live';
import { procedure, wideProcedure } from '#platform/trpc';
import { writeOnce } from '#platform/write';
import { programmeOf } from '#stores/server';
import { archiveAttribute, createAttribute, editAttribute, listAttributes } from './attributes.server.ts';
import { noteNews } from './consents.server.ts';
import { attributeKinds, linkedCodeKinds, tagColours } from './index.ts';
import { endCode, linkCode } from './linked-codes.server.ts';
import { memberForm, memberSide } from './member-page.server.ts';
import { blockMember, createMember, editMember } from './people.server.ts';
import { phoneCountries } from './phone.server.ts';
import { memberPolicyOf, saveMemberPolicy } from './policy.server.ts';
import { countTags, createTag, deleteTag, editTag, listTags, mostAtOnce, setTags, tagMany } from './tags.server.ts';

const id = z.string().check(z.maxLength(40));
const key = z.string().check(z.maxLength(64));
/** longer than anything that is kept: what is too long is told by the verb, beside its field */
const text = z.string().check(z.maxLength(2000));
const value = z.nullable(z.union([text, z.number(), z.boolean()]));
const attributes = z.record(id, value);

const person = z.strictObject({
	name: z.nullable(text),
	email: z.nullable(text),
	phone: z.nullable(text),
	language: z.nullable(text),
	birthday: z.nullable(text),
	birthYear: z.nullable(z.number()),
	address: z.nullable(text),
	note: z.nullable(text)
});
const tag = { name: text, colour: z.enum(tagColours) };
const attribute = {
	label: text,
	choices: z.array(text).check(z.maxLength(200)),
	required: z.boolean(),
	shownAtTill: z.boolean(),
	personal: z.boolean()
};

/** Members in the console; the module's router puts them beside the others. */
export const memberProcedures = {
	/** What the house asks of members: for forms and filters. */
	asked: procedure('members.read').query(async ({ ctx }) => {
		const [policy, asked, tags, { currency, timeZone, name }] = await Promise.all([
			memberPolicyOf(ctx.db),
			listAttributes(ctx.db),
			listTags(ctx.db),
			programmeOf(ctx.db)
		]);
		return { phoneCountry: policy.phoneCountry, attributes: asked, tags, currency, timeZone, programme: name };
	}),

	/** What stands in the form of a member. */
	form: procedure('members.read')
		.input(z.object({ id }))
		.query(({ ctx, input }) => memberForm(ctx.db, input.id)),

	/** Tags, attributes, further codes and consents of a member. */
	side: procedure('members.read')
		.input(z.object({ id }))
		.query(({ ctx, input }) => memberSide(ctx.db, input.id, ctx.language)),

	create: procedure('members.write')
		.input(
			z.object({
				key,
				person,
				attributes,
				card: z.nullable(z.object({ text, kind: z.enum(linkedCodeKinds) })),
				agreed: z.object({ programme: z.boolean(), news: z.boolean() })
			})
		)
		.mutation(({ ctx, input }) =>
			writeOnce(ctx, 'customers.create', input, async (tx) => {
				const { id } = await createMember(tx, input, ctx, ctx.now);
				return { id };
			})
		),

	edit: procedure('members.write')
		.input(z.object({ key, id, version: z.int(), person, attributes }))
		.mutation(async ({ ctx, input }) => {
			const done = await writeOnce(ctx, 'customers.edit', input, (tx) => editMember(tx, input, ctx, ctx.now));
			tellChanged(ctx.db, [input.id]);
			return done;
		}),

	block: procedure('members.write')
		.input(z.object({ key, id, blocked: z.boolean(), reason: text }))
		.mutation(async ({ ctx, input }) => {
			await writeOnce(ctx, 'customers.block', input, async (tx) => {
				await blockMember(tx, input, ctx, ctx.now);
				return null;
			});
			tellChanged(ctx.db, [input.id]);
			return null;
		}),

	linkCode: procedure('members.write')
		.input(z.object({ key, memberId: id, code: text, kind: z.enum(linkedCodeKinds) }))
		.mutation(({ ctx, input }) =>
			writeOnce(ctx, 'customers.link_code', input, (tx) => linkCode(tx, input, ctx, ctx.now))
		),

	endCode: procedure('members.write')
		.input(z.object({ key, id }))
		.mutation(({ ctx, input }) =>
			writeOnce(ctx, 'customers.end_code', input, (tx) => endCode(tx, input, ctx, ctx.now))
		),

	noteNews: procedure('members.write')
		.input(z.object({ key, memberId: id, wanted: z.boolean() }))
		.mutation(({ ctx, input }) =>
			writeOnce(ctx, 'customers.note_news', input, async (tx) => {
				await noteNews(tx, input, ctx, ctx.now);
				return null;
			})
		),

	setTags: procedure('members.write')
		.input(z.object({ key, memberId: id, tagIds: z.array(id).check(z.maxLength(200)) }))
		.mutation(({ ctx, input }) =>
			writeOnce(ctx, 'customers.set_tags', input, async (tx) => {
				await setTags(tx, input, ctx, ctx.now);
				return null;
			})
		),

	/** A part of a list: tagged, or no longer. */
	tagMany: procedure('members.write')
		.input(z.object({ key, memberIds: z.array(id).check(z.maxLength(mostAtOnce)), tagId: id, on: z.boolean() }))
		.mutation(({ ctx, input }) => writeOnce(ctx, 'customers.tag_many', input, (tx) => tagMany(tx, input, ctx, ctx.now)))
};

/** What is asked of every member: the house's settings. */
export const askedProcedures = {
	settings: procedure('members.read').query(async ({ ctx }) => {
		const [policy, asked, tags, { currency }] = await Promise.all([
			memberPolicyOf(ctx.db),
			listAttributes(ctx.db, { archived: true }),
			countTags(ctx.db),
			programmeOf(ctx.db)
		]);
		return { policy, attributes: asked, tags, currency, phoneCountries };
	}),

	savePolicy: wideProcedure('programme.write')
		.input(z.object({ key, phoneCountry: z.nullable(z.string().check(z.maxLength(10))), version: z.int() }))
		.mutation(({ ctx, input }) =>
			writeOnce(ctx, 'customers.save_policy', input, (tx) => saveMemberPolicy(tx, input, ctx, ctx.now))
		),

	createTag: procedure('members.write')
		.input(z.object({ key, ...tag }))
		.mutation(({ ctx, input }) =>
			writeOnce(ctx, 'customers.create_tag', input, (tx) => createTag(tx, input, ctx, ctx.now))
		),

	editTag: procedure('members.write')
		.input(z.object({ key, id, version: z.int(), ...tag }))
		.mutation(({ ctx, input }) =>
			writeOnce(ctx, 'customers.edit_tag', input, async (tx) => {
				await editTag(tx, input, ctx, ctx.now);
				return null;
			})
		),

	deleteTag: wideProcedure('members.write')
		.input(z.object({ key, id }))
		.mutation(({ ctx, input }) =>
			writeOnce(ctx, 'customers.delete_tag', input, async (tx) => {
				await deleteTag(tx, input, ctx, ctx.now);
				return null;
			})
		),

	createAttribute: wideProcedure('programme.write')
		.input(z.object({ key, name: text, kind: z.enum(attributeKinds), ...attribute }))
		.mutation(({ ctx, input }) =>
			writeOnce(ctx, 'customers.create_attribute', input, (tx) =>
				createAttribute(tx, { ...input, key: input.name }, ctx, ctx.now)
			)
		),

	editAttribute: wideProcedure('programme.write')
		.input(z.object({ key, id, version: z.int(), ...attribute }))
		.mutation(({ ctx, input }) =>
			writeOnce(ctx, 'customers.edit_attribute', input, async (tx) => {
				await editAttribute(tx, input, ctx, ctx.now);
				return null;
			})
		),

	archiveAttribute: wideProcedure('programme.write')
		.input(z.object({ key, id, archived: z.boolean() }))
		.mutation(({ ctx, input }) =>
			writeOnce(ctx, 'customers.archive_attribute', input, async (tx) => {
				await archiveAttribute(tx, input, ctx, ctx.now);
				return null;
			})
		)
};
