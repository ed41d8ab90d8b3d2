import { eq } from 'drizzle-orm';
import { inviteStaff } from '#identity/server';
import { staff } from '#identity/tables';
import { inTransaction, sqlOf, type Db } from '#platform/db';
import { languages, type Language } from '#core/languages';
import { aKey } from './shop.ts';
import { Visitor } from './visitor.ts';

/** A tablet that is enrolled and where a cashier stands, by the same procedures as in a shop. */
export interface StaffedTill {
	/** the tablet's browser in each language; all of them are the same tablet */
	in: Record<Language, Visitor>;
	deviceId: string;
	token: string;
	cashierId: string;
	/** signed in to the console */
	manager: Visitor;
}

let count = 0;

/** As if a cashier had chosen the PIN themselves: one that a manager gives has to be changed at the first sign-in. */
export async function ownPin(db: Db, staffId: string): Promise<string> {
	await db.update(staff).set({ pinGivenAt: null }).where(eq(staff.id, staffId));
	return staffId;
}

/** @param now what the tablet's requests are dated; absent: the real clock */
export async function aStaffedTill(db: Db, storeId: string, now?: () => Date): Promise<StaffedTill> {
	const email = `manager${++count}@example.com`;
	const password = 'a quiet afternoon';
	await inTransaction(db, (tx) => inviteStaff(tx, { name: 'Ann', email, password, role: 'manager' }, new Date()));
	const manager = new Visitor();
	await manager.api.admin.identity.signIn.mutate({ email, password });
	const { code } = await manager.api.admin.identity.devices.makeEnrolmentCode.mutate({
		key: aKey(),
		storeId,
		name: 'Till 1'
	});
	const { staffId } = await manager.api.admin.identity.staff.createCashier.mutate({
		key: aKey(),
		name: 'Bo',
		pin: '4711',
		storeIds: null
	});
	await ownPin(db, staffId);
	const visitors = languages.map((language) => [language, new Visitor({ language, ...(now && { now }) })] as const);
	const tills = Object.fromEntries(visitors) as Record<Language, Visitor>;
	const { deviceId } = await tills.en.api.till.identity.enrol.mutate({ code });
	await tills.en.api.till.identity.signIn.mutate({ staffId, pin: '4711' });
	const cookie = tills.en.cookies.get('till');
	if (!cookie) throw new Error('the tablet was not enrolled');
	for (const language of languages) tills[language].cookies.set('till', cookie);
	return { in: tills, deviceId, token: cookie.value, cashierId: staffId, manager };
}

/** The script a language is written in: a sentence that was not translated does not fit. */
export const script: Record<Language, RegExp> = {
	en: /^[^\p{Script=Cyrillic}\p{Script=Han}\p{Script=Arabic}]+$/u,
	ru: /\p{Script=Cyrillic}/u,
	zh: /\p{Script=Han}/u,
	fa: /\p{Script=Arabic}/u
};

const kept = [
	'receipts',
	'returns',
	'return_lines',
	'accounts',
	'transfers',
	'entries',
	'lots',
	'holds',
	'members',
	'member_figures',
	'vouchers',
	'voucher_codes',
	'voucher_redemptions',
	'gift_cards',
	'once_keys',
	'outbox'
];

/** Owners of accounts who are neither members nor gift cards: ids that somebody made up. */
const strangers = `(select count(*)::text from account_owners where owner_id not in (select id from members)
	and owner_id not in (select id from gift_cards))`;

/** Everything a refused request must leave alone: each table's rows, as one hash. */
export async function houseAsItIs(db: Db): Promise<Record<string, string>> {
	const [row] = await sqlOf(db).unsafe<Record<string, string>[]>(
		`select ${kept
			.map(
				(table) =>
					`(select concat(count(*), ' ', md5(string_agg(t::text, ' ' order by t::text))) from ${table} t) as ${table}`
			)
			.join(', ')}, ${strangers} as strangers`
	);
	return row ?? {};
}
