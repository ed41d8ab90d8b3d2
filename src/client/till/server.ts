import type {
	BlindDone,
	BlindLine,
	BlindQuote,
	CodeKind,
	Identified,
	ReturnRequest,
	ReturnSlip,
	TillReceipt
} from '#checkout';
import type { Role } from '#core/actor';
import type { Language } from '#core/languages';
import type { RefusalData } from '#core/refusal';
import type { Cents } from '#core/amounts';
import type { GiftDesign } from '#giftcards';
import type { Ask, Facts, Quote } from '#pricing';
import type { ReceiptView, ReturnPolicy, ReturnReason, ReturnView } from '#purchases';
import type { TillReceiptRow } from '#reports';
import type { CatalogueSource } from './catalogue.svelte.ts';
import type { Attempt, ExchangeAttempt, Shop } from './sale.svelte.ts';

/** Who stands at this tablet, and where it stands. */
export interface Station {
	/** null: this tablet is not one of the shop's tills yet */
	device: { id: string } | null;
	/** who may enter a PIN here */
	people: { id: string; name: string }[];
	/** null: nobody has */
	cashier: { id: string; name: string; role: Role; permissions: readonly string[] } | null;
}

export interface ShopFacts extends Shop {
	programmeName: string;
	storeName: string;
	/** street and number, as it is printed; absent on a tablet that knew its shop before addresses came */
	storeAddress?: string | null;
	/** as it is printed; absent on a tablet that knew its shop before tax numbers came */
	storeTaxNumber?: string | null;
}

/** Somebody's PIN for what the cashier may not do alone. */
export interface Approval {
	staffId: string;
	pin: string;
}

/** The code of a new card that lies in nobody's wallet. */
export interface SlipCode {
	cardId: string;
	code: string;
}

export type PreviewedReturn = ReturnView & { needsApproval: boolean };

export interface ReturnRules {
	policy: ReturnPolicy;
	approvers: { id: string; name: string }[];
}

/** Goods without their receipt, as the cashier has put them together. */
export interface BlindWish {
	lines: BlindLine[];
	memberId: string | null;
	toCardId: string | null;
	reasonKind: ReturnReason;
	reason: string | null;
	agreedCents: number;
}

export type BlindSlip = BlindDone & { code: string | null };

/** What somebody who joins at the counter tells, and agrees to. */
export interface JoinWish {
	key: string;
	name: string | null;
	contact: string | null;
	card: string | null;
	agreed: { programme: boolean; news: boolean };
}

/** An exchange that happened: what came back for the receipt of what went out. */
export interface Exchanged {
	given: ReturnView;
	/** to take from the customer; below zero: to hand back */
	dueCents: Cents;
	codes: SlipCode[];
	/** of cards that the receipt sold */
	soldCodes: SlipCode[];
}

/** A card that was sold to nobody known, on its way to whom it is meant for. */
export interface CardLetter {
	key: string;
	receiptId: string;
	cardId: string;
	giverName: string;
	receiverName: string;
	email: string;
	/** the address is meant as it stands */
	sure: boolean;
	words: string;
	design: GiftDesign;
	/** ISO date on which it leaves; null: now */
	day: string | null;
	language: Language;
}

/** What the till asks of the server; every call may throw, and `troubleOf` says what a thrown error means. */
export interface TillServer extends CatalogueSource {
	station(): Promise<Station>;
	/** whether this tablet is still a till, and who stands at it; asking does not count as work there */
	standing(): Promise<{ cashierId: string | null } | null>;
	enrol(code: string): Promise<void>;
	/** @param fresh one's own PIN, in place of one that somebody else chose */
	signIn(staffId: string, pin: string, fresh?: string): Promise<void>;
	signOut(): Promise<void>;
	shop(): Promise<ShopFacts>;
	/** @param basket its vouchers are held under this name, anew each time; null: nothing is held */
	facts(ask: Ask, basket: string | null): Promise<Facts>;
	/** lets go of a voucher that another basket holds */
	letGo(rightId: string): Promise<void>;
	/** whether a gift card's PIN is right: the house's word for the sale */
	enterPin(id: string, pin: string): Promise<{ proof: string }>;
	/** gives a gift card from the rack its PIN */
	setPin(id: string, pin: string): Promise<{ proof: string }>;
	identify(text: string, wanted: CodeKind | null): Promise<Identified>;
	/** @returns with it the codes of new cards that lie in nobody's wallet */
	commit(attempt: Attempt): Promise<{ receipt: ReceiptView; replayed: boolean; codes: SlipCode[] }>;
	mailCard(letter: CardLetter): Promise<void>;
	/** the codes again that deeds of this tablet made, by the keys they were sent with */
	codesAgain(keys: string[]): Promise<SlipCode[]>;
	/** what this tablet sold and took back last, newest first */
	lastReceipts(): Promise<TillReceiptRow[]>;
	receipt(number: string): Promise<TillReceipt>;
	/** of a return, by its own number */
	slip(number: string): Promise<ReturnSlip>;
	previewReturn(request: Omit<ReturnRequest, 'key'>): Promise<PreviewedReturn>;
	takeBack(
		request: ReturnRequest & { approval: Approval | null }
	): Promise<{ given: ReturnView; replayed: boolean; codes: SlipCode[] }>;
	returnRules(): Promise<ReturnRules>;
	quoteWithoutReceipt(lines: BlindLine[]): Promise<BlindQuote>;
	takeBackWithoutReceipt(wish: BlindWish & { key: string; approval: Approval | null }): Promise<BlindSlip>;
	/** makes somebody a member. @returns their member code */
	join(person: JoinWish): Promise<{ code: string }>;
	/** links a plastic card to a member */
	linkCard(memberId: string, code: string): Promise<void>;
	/** a purchase without their code becomes a member's. @returns the points they get with it */
	addReceipt(wish: { key: string; memberId: string; number: string }): Promise<{ points: number }>;
	/** facts as they will be once the goods are back, and what those give; nothing of it stays */
	exchangeFacts(
		goods: Omit<ReturnRequest, 'key'>,
		ask: Ask,
		saleKey: string
	): Promise<{ given: ReturnView; facts: Facts }>;
	exchange(
		attempt: ExchangeAttempt,
		approval: Approval | null
	): Promise<Exchanged & { receipt: ReceiptView; replayed: boolean }>;
	troubleOf(error: unknown): Trouble;
}

/**
 * Whether a refusal says something about what was sent. A wrong PIN does not: whether an earlier try arrived is as open as
 * before.
 */
export const wasJudged = ({ code }: RefusalData): boolean =>
	!/^(identity|access)\./.test(code) && code !== 'till.no_cashier' && code !== 'return.needs_approval';

/**
 * Why a call did not work.
 * `refused`: the server said no, and nothing happened.
 * `unreached`: no answer of ours came; a write may have happened or not.
 * `unexpected`: our mistake, under this number in the log; a write did not happen or will be found under its key.
 */
export type Trouble =
	| { kind: 'refused'; refusal: RefusalData; attachment: unknown }
	| { kind: 'unreached' }
	| { kind: 'unexpected'; requestId: string | null };

/** What comes along with a refused commit whose quote is out of date. */
export interface Now {
	quote: Quote;
	facts: Facts;
}

export function nowIn(attachment: unknown): Now | null {
	const now = attachment as Partial<Now> | null;
	return now && now.quote && now.facts ? (now as Now) : null;
}
