import type { Language } from '#core/languages';
import { localDay } from '#core/time';
import { listOf } from '#platform/bulk';
import { instant, sqlOf, type Reads } from '#platform/db';
import { valueOf, type Attribute, type AttributeValue, type ValueColumns } from './attribute-values.ts';
import { attributeFields, memberFields } from './import-fields.ts';
import { birthdayOut, listOut, valueOut } from './member-cells.ts';

/** A member as a file tells of them. */
export interface KnownMember {
	id: string;
	number: string;
	userId: string | null;
	name: string | null;
	email: string | null;
	phone: string | null;
	language: string | null;
	birthday: string | null;
	birthYear: number | null;
	address: string | null;
	note: string | null;
	version: number;
	joinedAt: Date | null;
	tagIds: string[];
	tagNames: string[];
	codes: string[];
	/** purposes of which a consent stands */
	agreed: string[];
	consents: { purpose: string; givenAt: string; wording: string }[];
	values: Map<string, AttributeValue>;
}

interface Row extends Omit<KnownMember, 'joinedAt' | 'consents' | 'values' | 'agreed'> {
	joinedAt: string | null;
	consents: string | null;
	values: string | null;
}

/** @param hold locks them in the order of their ids, as sales and merges do */
async function readMembers(
	reads: Reads,
	ids: readonly string[],
	{ hold = false }: { hold?: boolean } = {}
): Promise<KnownMember[]> {
	const sql = sqlOf(reads);
	if (hold)
		await sql.unsafe('select from members where id = any($1::text[]) order by id for update', [listOf(ids)], {
			prepare: true
		});
	const rows = await sql.unsafe<Row[]>(
		`select m.id, m.number, m.user_id as "userId", m.name, m.email, m.phone, m.language, m.birthday,
			m.birth_year as "birthYear", m.address, m.note, m.version, m.joined_at as "joinedAt",
			array(select t.tag_id from member_tags t where t.member_id = m.id) as "tagIds",
			array(select t.name from member_tags mt join tags t on t.id = mt.tag_id where mt.member_id = m.id order by t.folded)
				as "tagNames",
			array(select c.code from member_codes c where c.member_id = m.id and c.ended_at is null order by c.added_at, c.id)
				as codes,
			(select json_agg(json_build_object('purpose', c.purpose, 'givenAt', c.given_at, 'wording', c.wording) order by c.given_at)::text
				from consents c where c.member_id = m.id and c.withdrawn_at is null) as consents,
			(select json_agg(json_build_object('id', v.attribute_id, 'kind', a.kind, 'text', v.text, 'thousandths', v.thousandths,
				'day', v.day, 'yes', v.yes, 'cents', v.cents))::text
				from member_attributes v join attributes a on a.id = v.attribute_id where v.member_id = m.id) as values
		from members m where m.id = any($1::text[]) and m.erased_at is null and m.merged_into is null order by m.id`,
		[listOf(ids)],
		{ prepare: true }
	);
	return rows.map(({ joinedAt, consents, values, ...row }) => {
		const agreed = consents === null ? [] : (JSON.parse(consents) as KnownMember['consents']);
		type Value = ValueColumns & { id: string; kind: Attribute['kind'] };
		const told = values === null ? [] : (JSON.parse(values) as Value[]);
		return {
			...row,
			joinedAt: joinedAt === null ? null : instant(joinedAt),
			consents: agreed,
			agreed: agreed.map(({ purpose }) => purpose),
			values: new Map(told.map((value) => [value.id, valueOf(value.kind, value)]))
		};
	});
}

interface Keys {
	id: string | null;
	number: string | null;
	email: string | null;
	phone: string | null;
	codes: readonly string[];
}

const texts = (keys: readonly Keys[], key: 'id' | 'number' | 'email' | 'phone'): string[] =>
	keys.flatMap((one) => one[key] ?? []);

/** Everybody whom lines may mean, by `id …`, `number …`, `email …`, `phone …`, `code …`; and codes that are a product's. */
export async function knownMembers(reads: Reads, keys: readonly Keys[], { hold }: { hold: boolean }) {
	const codes = keys.flatMap((one) => one.codes);
	const sql = sqlOf(reads);
	// Each way by its own index; whoever was merged leads to who was kept.
	const rows = await sql.unsafe<{ key: string; id: string }[]>(
		`select 'id ' || m.id as key, coalesce(m.merged_into, m.id) as id from members m where m.id = any($1::text[])
		union all select 'number ' || m.number, coalesce(m.merged_into, m.id) from members m where m.number = any($2::text[])
		union all select 'email ' || lower(m.email), coalesce(m.merged_into, m.id) from members m where lower(m.email) = any($3::text[])
		union all select 'phone ' || m.phone, coalesce(m.merged_into, m.id) from members m where m.phone = any($4::text[])
		union all select 'code ' || c.code, coalesce(m.merged_into, m.id) from member_codes c join members m on m.id = c.member_id
			where c.code = any($5::text[]) and c.ended_at is null`,
		[
			listOf(texts(keys, 'id')),
			listOf(texts(keys, 'number')),
			listOf(texts(keys, 'email')),
			listOf(texts(keys, 'phone')),
			listOf(codes)
		],
		{ prepare: true }
	);
	const [members, products] = [
		await readMembers(reads, [...new Set(rows.map(({ id }) => id))].sort(), { hold }),
		await sql.unsafe<{ barcode: string }[]>('select barcode from product_barcodes where barcode = any($1::text[])', [
			listOf(codes)
		])
	];
	return {
		byKey: new Map(rows.map(({ key, id }) => [key, id])),
		members: new Map(members.map((member) => [member.id, member])),
		products: new Set(products.map(({ barcode }) => barcode))
	};
}

/** The names of a file's columns, in the order of `memberLines`. */
export const memberHead = (asked: readonly Attribute[], language: Language): string[] =>
	[...memberFields, ...attributeFields(asked)].map(({ names }) => names[language][0] ?? '');

/** Members as lines of a file that the import reads back without finding a change, in the order of their ids. */
export async function memberLines(
	reads: Reads,
	ids: readonly string[],
	{ asked, timeZone, moneyDigits }: { asked: readonly Attribute[]; timeZone: string; moneyDigits: number }
): Promise<(string | null)[][]> {
	const day = (at: string | Date) => localDay(new Date(at), timeZone);
	return (await readMembers(reads, ids)).map((member) => {
		const stands = (purpose: string) => member.consents.find((consent) => consent.purpose === purpose);
		const [programme, news] = [stands('programme'), stands('news')];
		return [
			member.id,
			member.number,
			member.name,
			member.email,
			member.phone,
			birthdayOut(member.birthday, member.birthYear),
			member.language,
			member.address,
			member.note,
			listOut(member.tagNames),
			listOut(member.codes),
			member.joinedAt && day(member.joinedAt),
			programme ? day(programme.givenAt) : null,
			programme?.wording ?? null,
			news ? day(news.givenAt) : null,
			news?.wording ?? null,
			...asked.map((attribute) => valueOut(attribute, member.values.get(attribute.id) ?? null, moneyDigits))
		];
	});
}
