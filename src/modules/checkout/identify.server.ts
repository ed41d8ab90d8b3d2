import { eq } from 'drizzle-orm';
import { readCode, type CodeForm } from '#core/codes';
import { never, present } from '#core/must';
import { Refusal } from '#core/refusal';
import { hour, minute } from '#core/time';
import { maskedName, type Member } from '#customers';
import {
	claimMemberCodes,
	findByContact,
	findByLinkedCode,
	valuesAtTill,
	verifyMemberCodes,
	type CodeScan,
	type ValueAtTill
} from '#customers/server';
import { usesPurse, type Belonging } from '#groups';
import { belongingsOfAll } from '#groups/server';
import { findByCode as findCard } from '#giftcards/server';
import { groupCommit, lookingBatches, perDatabase } from '#platform/batch';
import { listOf } from '#platform/bulk';
import { sqlOf, type Db, type Reads } from '#platform/db';
import { typeBalances } from '#points/server';
import type { Ask } from '#pricing';
import { receipts } from '#purchases/tables';
import { storesRefusals } from '#stores';
import { findProductByBarcode } from '#stores/server';
import { findByCode as findVoucher } from '#vouchers/server';
import { sceneTogether } from './preview.server.ts';
import { claimTry, minutesUntil, type Limit } from '#identity/server';
import { codeRefusals, isContact, type CodeKind, type Identified, type MemberCard } from './identified.ts';

export interface IdentifyCommand {
	/** as scanned or typed; never kept, logged or answered */
	text: string;
	/** the only kind that is of use; null: whatever it is */
	wanted: CodeKind | null;
	deviceId: string;
	storeId: string;
}

const kindOf: Record<CodeForm, CodeKind> = {
	rotatingMember: 'member',
	member: 'member',
	voucher: 'voucher',
	giftCard: 'giftCard',
	receipt: 'receipt'
};

/** In the refusals' codes. */
const spelled = {
	member: 'member',
	voucher: 'voucher',
	giftCard: 'gift_card',
	receipt: 'receipt',
	product: 'product'
} as const satisfies Record<CodeKind, string>;

/**
 * What a text is that somebody scanned or typed at a till. A rotating member code is used up by it, for other tablets.
 * @throws code.payment_card, code.malformed, code.mistyped_…, code.unknown(_…), code.is_… (another kind than wanted), and
 * why a member's code is not accepted (member_code.…)
 */
export async function identify(db: Db, command: IdentifyCommand, now: Date): Promise<Identified> {
	if (isContact(command.text)) return told(db, command, now);
	const reading = readCode(command.text);
	switch (reading.kind) {
		case 'paymentCard':
			throw codeRefusals.refuse('code.payment_card');
		case 'malformed':
			throw codeRefusals.refuse('code.malformed');
		case 'mistyped':
			throw mistyped(reading.as);
		case 'other':
			return ofNoForm(db, reading, command, now);
	}
	const kind = kindOf[reading.kind];
	// Before it is looked up: a member code asked for in the wrong place must not be used up.
	demand(kind, command);
	switch (reading.kind) {
		case 'rotatingMember':
		case 'member':
			return member(db, reading.code, command, now);
		case 'voucher':
			return found(await voucher(db, reading.code, command, now), 'voucher');
		case 'giftCard':
			return found(await giftCard(db, reading.code, command, now), 'giftCard');
		case 'receipt':
			return found(await receipt(db, reading.code), 'receipt');
		default:
			return never(reading);
	}
}

/** A product's barcode or a voucher's shared code: nothing about its form says which. */
async function ofNoForm(
	db: Db,
	{ code, as }: { code: string; as: CodeForm | null },
	command: IdentifyCommand,
	now: Date
): Promise<Identified> {
	const product = await findProductByBarcode(db, code);
	const is: Identified | null = product ? { kind: 'product', product } : await voucher(db, code, command, now);
	if (is) demand(is.kind, command);
	if (is) return is;
	// A plastic card or a barcode of a system before this one: asked for only when nothing else has it.
	const member = await findByLinkedCode(db, code);
	if (member) demand('member', command);
	if (member) return memberCard(db, await named(db, member, 'static'), command, now);
	if (as) throw mistyped(as);
	// Somebody who asks for a member may have typed a telephone number as it is dialled here.
	return command.wanted === 'member' && /^\d{6,15}$/.test(code) ? told(db, command, now) : found(null, command.wanted);
}

/** how often one tablet may ask for members by what they tell */
const askLimit: readonly Limit[] = [
	{ tries: 60, within: 15 * minute },
	{ tries: 500, within: 24 * hour }
];

/** The member whose address or number this is, whole: nobody is found by a part of one, and few are found by trying. */
async function told(db: Db, command: IdentifyCommand, now: Date): Promise<Identified> {
	demand('member', command);
	const until = await claimTry(db, `members asked for by ${command.deviceId}`, askLimit, now);
	if (until) throw codeRefusals.refuse('code.asked_too_often', { minutes: minutesUntil(until, now) });
	const member = await findByContact(db, command.text);
	if (!member) throw codeRefusals.refuse('code.unknown_contact');
	return memberCard(db, await named(db, member, 'told'), command, now);
}

const mistyped = (as: CodeForm) =>
	codeRefusals.refuse(`code.mistyped_${spelled[kindOf[as] as Exclude<CodeKind, 'product'>]}`);

/** @throws code.is_… when something else was asked for */
function demand(kind: CodeKind, { wanted }: IdentifyCommand): void {
	if (wanted !== null && wanted !== kind) throw codeRefusals.refuse(`code.is_${spelled[kind]}`, { wanted });
}

/** @throws code.unknown_… naming what was looked for */
function found(is: Identified | null, kind: CodeKind | null): Identified {
	if (is) return is;
	throw codeRefusals.refuse(kind === null ? 'code.unknown' : `code.unknown_${spelled[kind]}`);
}

const wishing = (wish: Partial<Ask>): Ask => ({
	memberId: null,
	basket: { currency: '', lines: [] },
	rightIds: [],
	giftCards: [],
	points: 0,
	...wish
});

/** The facts as the quote will have them, so that what is shown here and what is priced later are the same thing. */
async function look(db: Db, wish: Partial<Ask>, { storeId }: IdentifyCommand, now: Date) {
	const wanted = { ask: wishing(wish), storeId, dates: true };
	const scene = await sceneTogether(db, wanted, now);
	if (scene.storeName(storeId) === null) throw storesRefusals.refuse('store.unknown');
	return { scene, facts: scene.facts(wanted) };
}

async function member(db: Db, code: string, command: IdentifyCommand, now: Date): Promise<Identified> {
	const { deviceId } = command;
	const seen = await scannedOf(db)({ text: code, deviceId, now });
	if (seen instanceof Refusal) throw seen;
	return memberCard(db, seen, command, now);
}

/** What the till shows of a member besides the facts of a quote. */
interface Beside {
	/** ids, newest first, of those that were sold and are not blocked */
	cardIds: string[];
	belongings: Belonging[];
	attributes: ValueAtTill[];
}

/** Most cards that a till shows. */
const cardsShown = 20;

async function besides(db: Db, memberIds: readonly string[]): Promise<Beside[]> {
	const [cards, belongings, attributes] = await Promise.all([
		sqlOf(db).unsafe<{ id: string; member_id: string }[]>(
			`select c.id, x.id as member_id from unnest($1::text[]) as x(id) cross join lateral (
				select id, issued_at from gift_cards g
				where g.member_id = x.id collate "C" and g.activated_at is not null and g.blocked_at is null
				order by g.issued_at desc limit ${cardsShown}
			) c order by c.issued_at desc`,
			[listOf([...new Set(memberIds)])],
			{ prepare: true }
		),
		belongingsOfAll(db, memberIds),
		valuesAtTill(db, memberIds)
	]);
	const cardsOf = Map.groupBy(cards, (row) => row.member_id);
	return memberIds.map((id) => ({
		cardIds: (cardsOf.get(id) ?? []).map((row) => row.id),
		belongings: belongings.get(id) ?? [],
		attributes: attributes.get(id) ?? []
	}));
}

/** Somebody who stands at a till. */
interface Seen {
	member: Member;
	via: MemberCard['via'];
	beside: Beside;
}

/** What somebody has lies ready when their code has been claimed; where it is another tablet's, nobody is told of it. */
async function scanned(db: Db, scans: readonly CodeScan[]): Promise<(Seen | Refusal)[]> {
	const codes = await verifyMemberCodes(db, scans);
	const ids = codes.flatMap((code) => (code instanceof Refusal ? [] : [code.member.id]));
	const [read, found] = await Promise.all([claimMemberCodes(db, codes), ids.length > 0 ? besides(db, ids) : []]);
	const besideOf = new Map(ids.map((id, place) => [id, found[place] as Beside]));
	return read.map((one) =>
		one instanceof Refusal
			? one
			: { ...one, beside: present(besideOf.get(one.member.id), 'who was read was looked up') }
	);
}

/** Who is scanned at the same moment is looked up together. */
const scannedOf = perDatabase((db) => groupCommit((scans: CodeScan[]) => scanned(db, scans), lookingBatches));

/** Somebody who is not scanned. */
const named = async (db: Db, member: Member, via: MemberCard['via']): Promise<Seen> => {
	const [beside] = await besides(db, [member.id]);
	return { member, via, beside: present(beside, 'one was looked up') };
};

/** What the till sees of a member, as the quote will see them. */
async function memberCard(db: Db, seen: Seen, command: IdentifyCommand, now: Date): Promise<Identified> {
	const { member: who, via, beside } = seen;
	const { cardIds, belongings, attributes } = beside;
	const wish = { memberId: who.id, giftCards: cardIds.map((id) => ({ id, cents: null })) };
	const { scene, facts } = await look(db, wish, command, now);
	const { lots, maturing } = scene.book.points(who.id);
	// Of several firms the one whose purse it is.
	const group = belongings.find(({ role }) => usesPurse(role)) ?? null;
	const [ending] = lots.flatMap(({ endsAt, points }) => (endsAt === null ? [] : [{ points, endsAt }]));
	return {
		kind: 'member',
		member: {
			fact: facts.member ?? { id: who.id, blocked: who.blocked, spendablePoints: 0, pendingPoints: 0, debtPoints: 0 },
			// Whoever tells an address need not be the one it belongs to: no more of the name than greets them.
			name: via === 'told' ? maskedName(who.name) : who.name,
			joined: who.joinedAt !== null,
			via,
			attributes: via === 'told' ? [] : attributes,
			types: typeBalances(scene.programme.rules.types ?? [], (unit) => scene.book.points(who.id, unit)).map(
				({ typeId, name, spendable }) => ({ typeId, name, points: spendable })
			),
			// A household's name is its people's: the till needs only that there is one.
			group: group && { kind: group.kind, name: group.kind === 'firm' ? group.name : '' },
			nextExpiry: ending ?? null,
			nextMaturing: maturing[0] ?? null,
			rights: facts.rights,
			giftCards: facts.giftCards.filter(({ state, availableCents }) => state === 'active' && availableCents > 0)
		}
	};
}

async function voucher(db: Db, code: string, command: IdentifyCommand, now: Date): Promise<Identified | null> {
	const there = await findVoucher(db, code);
	if (!there) return null;
	const { facts } = await look(db, { rightIds: [there.code.id] }, command, now);
	const right = facts.rights.find(({ id }) => id === there.code.id);
	return right ? { kind: 'voucher', right } : null;
}

async function giftCard(db: Db, code: string, command: IdentifyCommand, now: Date): Promise<Identified | null> {
	const there = await findCard(db, code);
	if (!there) return null;
	const { facts } = await look(db, { giftCards: [{ id: there.card.id, cents: null }] }, command, now);
	const [card] = facts.giftCards;
	return card ? { kind: 'giftCard', card } : null;
}

async function receipt(reads: Reads, number: string): Promise<Identified | null> {
	const [row] = await reads.select({ id: receipts.id }).from(receipts).where(eq(receipts.number, number));
	return row ? { kind: 'receipt', receiptId: row.id, number } : null;
}
