import { endAfterDays } from '#core/time';
import type { ReturnCommand, SaleCommand } from '#checkout/server';
import {
	cardsBack,
	quote,
	returnOf,
	type Ask,
	type Conditions,
	type Effect,
	type Facts,
	type GiftCardFact,
	type ProductFact,
	type ProgrammeRules,
	type Quote,
	type Right,
	type Stacking
} from '#pricing';
import type { PointsPolicy } from '#points';
import type { ReceiptView, ReturnView } from '#purchases';
import * as purses from './purse-model.ts';
import { receiptOf } from './noted-receipt.ts';
import type { Purse } from './purse-model.ts';
import { earnTypes, takeTypes } from './stamps-model.ts';

/**
 * The whole checkout as one would keep it on paper: plain notes, one thing after the other, no database in mind. Prices are
 * the pure quote's business; every balance, limit and key is counted here anew. Plain data, so that it can be copied before
 * something that may come to nothing.
 */
export interface Notes {
	programme: { currency: string; timeZone: string; rules: ProgrammeRules; version: number };
	stores: Record<string, Facts['store']>;
	products: Record<string, ProductFact>;
	/** `types`: what they have of the types of points beside those that pay, by type */
	members: Record<string, { joined: boolean; purse: Purse; types: Record<string, Purse>; figures: Figures | null }>;
	/** how points are moved by hand, and how many of a type a member gave to others on a day */
	policy: PointsPolicy & { version: number };
	given: Record<string, number>;
	cards: Record<string, Card>;
	vouchers: Record<string, Voucher>;
	codes: Record<
		string,
		{ id: string; voucherId: string; usesLeft: number | null; memberId: string | null; voided: boolean }
	>;
	uses: Use[];
	receipts: Record<string, NotedReceipt>;
	/** by receipt: which right took something off which line */
	reduced: Record<string, { position: number; codeId: string }[]>;
	/** what was done under each caller's key, and with which input */
	keys: Record<string, { input: string; id: string }>;
}

interface Figures {
	visits: number;
	spentCents: number;
	returnedCents: number;
	firstAt: string;
	lastAt: string;
}

interface Card {
	id: string;
	lastSymbols: string;
	currency: string;
	initialCents: number;
	/** what is on it; null: never activated */
	cents: number | null;
	expiresAt: string | null;
	/** in whose wallet it lies, where it was made for a return */
	memberId?: string;
}

export interface Voucher {
	id: string;
	title: string;
	currency: string;
	effect: Effect;
	conditions: Conditions;
	stacking: Stacking;
	codeKind: 'shared' | 'unique';
	holding: 'open' | 'assigned';
	startsAt: string | null;
	endsAt: string | null;
	usesPerMember: number | null;
	usesPerCode: number | null;
	paused: boolean;
	archived: boolean;
	version: number;
}

interface Use {
	voucherId: string;
	codeId: string;
	memberId: string;
	receiptId: string;
	/** among the member's uses that count; null where nothing is counted, or when it was given back */
	place: number | null;
	cents: number;
	back: boolean;
}

/** A receipt as it reads back, without what only the database can know. */
export type NotedReceipt = Omit<ReceiptView, 'number' | 'storeName'>;
export type NotedReturn = Omit<ReturnView, 'id' | 'number'>;

/** What somebody is told: done (perhaps before), or why not. */
export type Told =
	| { sold: NotedReceipt; replayed: boolean }
	| { given: NotedReturn; replayed: boolean }
	| { refused: string; quoteNow: string | null };

/** Names that the real shop drew (the card: for a return); null where it did nothing. */
export interface Drawn {
	id: string;
	memberId: string;
	card?: { id: string; lastSymbols: string };
}

export type Command = { kind: 'sale'; command: SaleCommand } | { kind: 'return'; command: ReturnCommand };

export const keyOf = ({ caller, key }: { caller: string; key: string }): string => `${caller} ${key}`;

const inputOf = (one: Command): string =>
	one.kind === 'sale'
		? JSON.stringify(['sale', one.command.ask, one.command.fingerprint, one.command.storeId])
		: JSON.stringify(['return', one.command.receiptId, one.command.lines, one.command.reason, one.command.storeId]);

const refused = (code: string, quoteNow: string | null = null): Told => ({ refused: code, quoteNow });

const unmodelled = { chargedCents: 0, pointsCharged: 0, pointsForgiven: 0 };

export class Model {
	notes: Notes;

	constructor(notes: Notes) {
		this.notes = notes;
	}

	copy(): Model {
		return new Model(structuredClone(this.notes));
	}

	join(memberId: string, joined = true): void {
		this.notes.members[memberId] = { joined, purse: purses.emptyPurse(), types: {}, figures: null };
	}

	/** @param typeId null: points that pay */
	purse(memberId: string, typeId: string | null = null): Purse {
		const member = this.notes.members[memberId];
		if (!member) throw new Error(`nobody knows ${memberId}`);
		return typeId === null ? member.purse : (member.types[typeId] ??= purses.emptyPurse());
	}

	/** @param held whether rights that the member holds and nobody asked for are shown too */
	facts(ask: Ask, storeId: string, now: Date, held: boolean): Facts {
		const { programme, stores, products, members, cards, codes } = this.notes;
		const store = stores[storeId];
		if (!store) throw new Error('the store was checked');
		const { memberId } = ask;
		const mine = Object.values(codes).filter(
			(code) => memberId !== null && code.memberId === memberId && !code.voided && !this.#voucher(code).archived
		);
		const codeIds = new Set([...ask.rightIds, ...(held ? mine.map(({ id }) => id) : [])]);
		const purse = memberId === null ? null : (members[memberId]?.purse ?? null);
		return {
			programme,
			store,
			products,
			member:
				purse && memberId !== null
					? {
							id: memberId,
							blocked: false,
							spendablePoints: purses.spendableOf(purse, now),
							pendingPoints: purses.pendingOf(purse),
							debtPoints: purse.debt
						}
					: null,
			rights: [...codeIds].flatMap((id) => this.#right(id, memberId) ?? []),
			giftCards: ask.giftCards.flatMap(({ id }) => {
				const card = cards[id];
				if (!card) return [];
				const over = card.expiresAt !== null && new Date(card.expiresAt) <= now;
				const state = over ? 'expired' : card.cents === null ? 'inactive' : 'active';
				const { lastSymbols, currency } = card;
				const fact = {
					id,
					lastSymbols,
					currency,
					state,
					availableCents: card.cents ?? 0,
					valueCents: null,
					pin: 'none'
				};
				return [fact as GiftCardFact];
			})
		};
	}

	#voucher({ voucherId }: { voucherId: string }): Voucher {
		const voucher = this.notes.vouchers[voucherId];
		if (!voucher) throw new Error(`no voucher ${voucherId}`);
		return voucher;
	}

	#placesOf(voucherId: string, memberId: string | null): number[] {
		return this.notes.uses.flatMap((use) =>
			use.voucherId === voucherId && use.memberId === memberId && use.place !== null ? [use.place] : []
		);
	}

	#right(codeId: string, memberId: string | null): Right | null {
		const code = this.notes.codes[codeId];
		if (!code) return null;
		const { usesPerMember, ...voucher } = this.#voucher(code);
		const used = this.#placesOf(voucher.id, memberId).length;
		return {
			id: codeId,
			kind: 'voucher',
			sourceId: voucher.id,
			title: voucher.title,
			currency: voucher.currency,
			effect: voucher.effect,
			conditions: voucher.conditions,
			stacking: voucher.stacking,
			startsAt: voucher.startsAt,
			endsAt: voucher.endsAt,
			paused: voucher.paused,
			voided: code.voided || voucher.archived,
			usesInAll: voucher.usesPerCode,
			usesLeft: code.usesLeft,
			limitedPerMember: usesPerMember !== null,
			usesLeftForMember: usesPerMember === null ? null : Math.max(0, usesPerMember - used),
			onlyForMemberId: code.memberId ?? (voucher.holding === 'assigned' ? '' : null),
			heldUntil: null
		};
	}

	/** What a till would show, or the refusal of an ask that makes no sense here. */
	preview(ask: Ask, storeId: string, now: Date): { quote: Quote } | { refused: string } {
		const unknown = this.#unknown(ask, storeId);
		return unknown ? { refused: unknown } : { quote: quote(ask, this.facts(ask, storeId, now, true), now) };
	}

	#unknown(ask: Ask, storeId: string): string | null {
		if (!this.notes.stores[storeId]) return 'store.unknown';
		return ask.memberId !== null && !this.notes.members[ask.memberId] ? 'member.unknown' : null;
	}

	/** One command after everything before it. @param drawn the names the real shop gave, where it did something */
	apply(one: Command, now: Date, drawn: Drawn | null): Told {
		if (!/^[A-Za-z0-9_-]{8,64}$/.test(one.command.key)) return refused('key.malformed');
		const kept = this.notes.keys[keyOf(one.command)];
		if (kept && kept.input !== inputOf(one)) return refused('key.reused');
		return one.kind === 'sale' ? this.#sell(one, now, drawn, kept?.id) : this.#takeBack(one, now, drawn, kept?.id);
	}

	/** A batch: as one after the other. */
	applyAll(commands: readonly Command[], now: Date, drawn: readonly (Drawn | null)[]): Told[] {
		return commands.map((one, place) => this.apply(one, now, drawn[place] ?? null));
	}

	#sell(one: Command & { kind: 'sale' }, now: Date, drawn: Drawn | null, kept: string | undefined): Told {
		const { command } = one;
		const { ask, storeId, fingerprint } = command;
		if (kept) return { sold: structuredClone(this.notes.receipts[kept] as NotedReceipt), replayed: true };
		const unknown = this.#unknown(ask, storeId);
		if (unknown) return refused(unknown);
		const quoted = quote(ask, this.facts(ask, storeId, now, false), now);
		const problem = quoted.problems[0]?.code ?? quoted.refused.find(({ asked }) => asked)?.refusal.code;
		if (problem) return refused(problem, quoted.fingerprint);
		if (fingerprint !== null && fingerprint !== quoted.fingerprint) return refused('quote.stale', quoted.fingerprint);
		const { id, memberId } = drawn ?? { id: 'not drawn', memberId: ask.memberId ?? 'nobody' };
		if (ask.memberId === null) this.join(memberId, false);
		this.#move(quoted, id, memberId, now);
		const receipt = receiptOf(command, quoted, { id, memberId }, this.notes.members[memberId]?.joined === true, now);
		this.notes.receipts[id] = receipt;
		this.notes.reduced[id] = quoted.lines.flatMap(({ discounts }, position) =>
			discounts.flatMap(({ rightId, cents }) => (cents > 0 ? [{ position, codeId: rightId }] : []))
		);
		this.notes.keys[keyOf(command)] = { input: inputOf(one), id };
		this.#figure(memberId, { visits: 1, spentCents: quoted.totalCents, returnedCents: 0 }, receipt.happenedAt);
		return { sold: structuredClone(receipt), replayed: false };
	}

	#move(quoted: Quote, receiptId: string, memberId: string, now: Date): void {
		const { rules, timeZone } = this.notes.programme;
		const purse = this.purse(memberId);
		if (quoted.pointsSpent > 0) purses.spend(purse, quoted.pointsSpent, receiptId, now);
		for (const { id, cents } of quoted.giftCards) (this.notes.cards[id] as Card & { cents: number }).cents -= cents;
		if (quoted.pointsEarned > 0) {
			const pendingUntil = rules.earn.pendingDays > 0 ? endAfterDays(now, rules.earn.pendingDays, timeZone) : null;
			const wish = { pendingUntil, expiry: rules.earn.expiry, timeZone, ref: receiptId };
			purses.earn(purse, { points: quoted.pointsEarned, ...wish }, now);
		}
		earnTypes(this, memberId, quoted, receiptId, now);
		for (const { id: codeId, cents } of quoted.applied) this.#use(codeId, { memberId, receiptId, cents });
	}

	#use(codeId: string, use: { memberId: string; receiptId: string; cents: number }): void {
		const code = this.notes.codes[codeId] as Notes['codes'][string];
		const voucher = this.#voucher(code);
		if (code.usesLeft !== null) code.usesLeft -= 1;
		let place: number | null = null;
		if (voucher.usesPerMember !== null) {
			const taken = this.#placesOf(voucher.id, use.memberId);
			for (place = 1; taken.includes(place); place++);
		}
		this.notes.uses.push({ voucherId: voucher.id, codeId, ...use, place, back: false });
	}

	#figure(memberId: string, more: Pick<Figures, 'visits' | 'spentCents' | 'returnedCents'>, at: string): void {
		const member = this.notes.members[memberId];
		if (!member) throw new Error('figures belong to a member');
		const before = member.figures ?? { visits: 0, spentCents: 0, returnedCents: 0, firstAt: at, lastAt: at };
		member.figures = {
			visits: before.visits + more.visits,
			spentCents: before.spentCents + more.spentCents,
			returnedCents: before.returnedCents + more.returnedCents,
			firstAt: at < before.firstAt ? at : before.firstAt,
			lastAt: at > before.lastAt ? at : before.lastAt
		};
	}

	#takeBack(one: Command & { kind: 'return' }, now: Date, drawn: Drawn | null, kept: string | undefined): Told {
		const { command } = one;
		const receipt = this.notes.receipts[command.receiptId];
		if (kept) {
			const before = receipt?.returns.find(({ id }) => id === kept) as ReturnView;
			return { given: noted(before), replayed: true };
		}
		if (!receipt) return refused('receipt.unknown');
		const back = returnOf(receipt.lines, command.lines);
		if (back.problems[0]) return refused(back.problems[0].code);
		const cents = receipt.returns.flatMap(({ lines }) => lines).reduce((sum, line) => sum + line.giftCardCents, 0);
		const before = (figure: 'pointsGivenBack' | 'pointsLapsed') =>
			receipt.returns.reduce((sum, one) => sum + one[figure], 0);
		const paid = receipt.tenders.flatMap(({ kind, subjectId, cents: part }) =>
			kind === 'gift_card' ? [{ id: subjectId as string, cents: part }] : []
		);
		const parts = cardsBack(paid, cents, cents + back.giftCardCents).filter((part) => part.cents > 0);
		const takers = parts.map((part) => ({ ...part, by: this.#takerOf(receipt, part.id, now) }));
		const joined = this.notes.members[receipt.memberId]?.joined === true;
		if (!joined && takers.some(({ by }) => by === null) && !command.handForCards)
			return refused('return.card_unusable');
		const purse = this.purse(receipt.memberId);
		// What has ended unused is not taken; of the rest what is there goes first, and what comes back then pays for it.
		const lapsed = Math.min(back.pointsTakenBack, purses.lapsedOf(purse, receipt.id, now) - before('pointsLapsed'));
		const taken = back.pointsTakenBack - lapsed;
		const there = Math.min(taken, purses.thereFor(purse, receipt.id, now));
		purses.takeBack(purse, receipt.id, there, now);
		if (back.pointsGivenBack > 0) {
			const { rules, timeZone } = this.notes.programme;
			const notBefore = endAfterDays(now, rules.spend.givenBackMinimumDays, timeZone);
			const [points, already] = [back.pointsGivenBack, before('pointsGivenBack')];
			purses.giveBack(purse, { ofRef: receipt.id, points, already, notBefore });
		}
		const owed = purses.takeBack(purse, receipt.id, taken - there, now);
		const typesTakenBack = takeTypes(this, receipt, back, now);
		const tenders: ReturnView['tenders'] = [];
		if (back.pointsGivenBack > 0)
			tenders.push({ kind: 'points', cents: back.pointsPaidCents, points: back.pointsGivenBack });
		for (const { id, by, cents: part } of takers) {
			const instead = { insteadOf: { cardId: id, lastSymbols: (this.notes.cards[id] as Card).lastSymbols } };
			if (by) {
				by.cents = (by.cents ?? 0) + part;
				const told = { kind: 'gift_card', cardId: by.id, lastSymbols: by.lastSymbols, cents: part, points: 0 } as const;
				tenders.push(by.id === id ? told : { ...told, ...instead });
			} else if (joined) {
				const card = this.#newCard(receipt, drawn?.card ?? { id: 'not drawn', lastSymbols: '' }, part);
				const { id: cardId, lastSymbols } = card;
				tenders.push({ kind: 'gift_card', cardId, lastSymbols, fresh: true, ...instead, cents: part, points: 0 });
			} else tenders.push({ kind: 'hand', ...instead, cents: part, points: 0 });
		}
		if (back.refundCents > 0) tenders.push({ kind: 'hand', cents: back.refundCents, points: 0 });
		const sumOf = (kind: string) => tenders.reduce((sum, one) => sum + (one.kind === kind ? one.cents : 0), 0);
		const view: ReturnView = {
			id: drawn?.id ?? 'not drawn',
			number: null,
			receiptId: receipt.id,
			happenedAt: now.toISOString(),
			totalCents: back.netCents,
			refundCents: sumOf('hand'),
			giftCardCents: sumOf('gift_card'),
			...unmodelled,
			typesTakenBack,
			pointsGivenBack: back.pointsGivenBack,
			pointsTakenBack: taken,
			pointsLapsed: lapsed,
			pointsOwed: owed,
			tenders,
			reasonKind: null,
			reason: command.reason,
			lines: back.lines.map(({ position, fromThousandths, toThousandths, netCents, taxCents, giftCardCents }) => ({
				position,
				quantity: toThousandths - fromThousandths,
				netCents,
				taxCents,
				giftCardCents
			})),
			exchangedFor: null
		};
		this.#noteReturn(receipt, view);
		this.notes.keys[keyOf(command)] = { input: inputOf(one), id: view.id };
		this.#figure(receipt.memberId, { visits: 0, spentCents: 0, returnedCents: back.netCents }, view.happenedAt);
		return { given: noted(view), replayed: false };
	}

	/** The card itself while it is good, else the one that was made for it before; null: neither. */
	#takerOf(receipt: NotedReceipt, id: string, now: Date): Card | null {
		const isGood = (card: Card) => card.expiresAt === null || new Date(card.expiresAt) > now;
		const made = receipt.returns.flatMap(({ tenders }) =>
			tenders.flatMap(({ cardId, insteadOf }) => (cardId && insteadOf?.cardId === id ? [cardId] : []))
		);
		return [id, ...made].map((each) => this.notes.cards[each] as Card).find(isGood) ?? null;
	}

	/** One for a return, however many cards it stands for. */
	#newCard({ memberId, currency }: NotedReceipt, drawn: { id: string; lastSymbols: string }, cents: number): Card {
		const before = this.notes.cards[drawn.id];
		if (!before)
			return (this.notes.cards[drawn.id] = {
				...drawn,
				...{ currency, initialCents: cents, cents, expiresAt: null, memberId }
			});
		before.initialCents += cents;
		before.cents = (before.cents ?? 0) + cents;
		return before;
	}

	#noteReturn(receipt: NotedReceipt, view: ReturnView): void {
		receipt.returns.push(view);
		receipt.returns.sort(byId);
		for (const { position, quantity } of view.lines) {
			const line = receipt.lines.find((one) => one.position === position);
			if (line) line.returned += quantity;
		}
		const isLeft = (position: number) =>
			receipt.lines.some((line) => line.position === position && line.returned < line.quantity);
		const reduced = this.notes.reduced[receipt.id] ?? [];
		for (const use of this.notes.uses) {
			if (use.receiptId !== receipt.id || use.back) continue;
			if (reduced.some(({ position, codeId }) => codeId === use.codeId && isLeft(position))) continue;
			use.back = true;
			use.place = null;
			const code = this.notes.codes[use.codeId];
			if (code && code.usesLeft !== null) code.usesLeft += 1;
		}
	}

	mature(now: Date): { points: number; toDebt: number } {
		const { timeZone, rules } = this.notes.programme;
		const all = { points: 0, toDebt: 0 };
		for (const { purse } of Object.values(this.notes.members)) {
			const part = purses.mature(purse, { expiry: rules.earn.expiry, timeZone }, now);
			all.points += part.points;
			all.toDebt += part.toDebt;
		}
		return all;
	}

	expire(now: Date): { points: number } {
		const all = Object.values(this.notes.members).flatMap(({ purse, types }) => [purse, ...Object.values(types)]);
		return { points: all.reduce((sum, purse) => sum + purses.writeOff(purse, now), 0) };
	}
}

/** Returns of one instant have no other order. */
export const byId = (a: { id: string }, b: { id: string }): number => (a.id < b.id ? -1 : 1);

const noted = ({ id: _, number: __, ...view }: ReturnView): NotedReturn => structuredClone(view);
