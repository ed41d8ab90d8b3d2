import { addDays, localDay, startOfDay } from '#core/time';
import type { ProgrammeRules } from '#pricing';

/**
 * A member's points as one would note them on paper: every lot by itself, what is left of it, when it ends. Plain data, so
 * that it can be copied.
 */
export interface Purse {
	lots: Lot[];
	/** when the newest lot of each pot ends: later ones of the pot never end earlier */
	lastDue: Record<string, number | null>;
	pending: { ref: string; due: number; points: number }[];
	debt: number;
	/** what each spend took, by its ref, soonest due first */
	spends: Record<string, Part[]>;
	/** what each purchase earned and nobody used in time, written off */
	lapsed: Record<string, number>;
}

export interface Part {
	/** null: never ends */
	due: number | null;
	points: number;
}

interface Lot extends Part {
	pot: string;
	/** the purchase that earned it; null: points given back */
	ref: string | null;
}

export const emptyPurse = (): Purse => ({ lots: [], lastDue: {}, pending: [], debt: 0, spends: {}, lapsed: {} });

const total = (parts: readonly { points: number }[]): number => parts.reduce((sum, part) => sum + part.points, 0);

/** Summed by when they end, soonest first. */
function summed(parts: readonly Part[]): Part[] {
	const sums = new Map<number | null, number>();
	for (const { due, points } of parts) if (points > 0) sums.set(due, (sums.get(due) ?? 0) + points);
	return [...sums].map(([due, points]) => ({ due, points })).sort(order);
}

/** Soonest first, never last. */
const order = (a: Part, b: Part): number =>
	a.due === b.due ? 0 : a.due === null ? 1 : b.due === null ? -1 : a.due - b.due;

const alive = (purse: Purse, now: number): Lot[] =>
	purse.lots
		.filter((lot) => lot.points > 0 && (lot.due === null || lot.due > now))
		// Of what ends at one instant the pots go by their names, a pot by the order in which it was filled.
		.sort((a, b) => order(a, b) || (a.pot < b.pot ? -1 : a.pot > b.pot ? 1 : 0));

export const spendableOf = (purse: Purse, now: Date): number => total(alive(purse, now.getTime()));
export const pendingOf = (purse: Purse): number => total(purse.pending);

const iso = (due: number | null): string | null => (due === null ? null : new Date(due).toISOString());

/** As the ledger tells it. */
export function balanceOf(purse: Purse, now: Date) {
	const maturing = summed(purse.pending);
	return {
		spendable: spendableOf(purse, now),
		pending: pendingOf(purse),
		debt: purse.debt,
		lots: summed(alive(purse, now.getTime())).map(({ due, points }) => ({ endsAt: iso(due), points })),
		maturing: maturing.map(({ due, points }) => ({ maturesAt: iso(due), points }))
	};
}

function payDebt(purse: Purse, points: number): number {
	const paid = Math.min(purse.debt, points);
	purse.debt -= paid;
	return paid;
}

function addLot(purse: Purse, pot: string, due: number | null, points: number, ref: string | null): void {
	if (points === 0) return;
	const last = purse.lastDue[pot];
	const date = due === null || last == null ? due : Math.max(due, last);
	purse.lastDue[pot] = date;
	purse.lots.push({ pot, due: date, points, ref });
}

type Expiry = ProgrammeRules['earn']['expiry'];

/** A lot of the programme's own kind: some days from an instant, then day by day until the day is one that ends a period. */
function addEarned(
	purse: Purse,
	{ points, ref }: { points: number; ref: string },
	{ days, rounding, monthDay }: Expiry,
	from: Date,
	timeZone: string
): void {
	if (days === null) return addLot(purse, 'forever', null, points, ref);
	const ends = (isoDay: string): boolean => {
		const [month, next] = [isoDay.slice(5, 7), addDays(isoDay, 1)];
		if (rounding === 'day') return true;
		if (rounding === 'date') return isoDay.slice(5) === monthDay || (monthDay === '02-29' && next.endsWith('-03-01'));
		if (next.slice(5, 7) === month) return false;
		return rounding === 'month' || (rounding === 'quarter' ? Number(month) % 3 === 0 : month === '12');
	};
	let last = addDays(localDay(from, timeZone), days);
	while (!ends(last)) last = addDays(last, 1);
	const due = startOfDay(addDays(last, 1), timeZone).getTime();
	addLot(purse, rounding === 'day' ? `${days} days` : `until ${due}`, due, points, ref);
}

export interface Earning {
	points: number;
	/** null: spendable at once */
	pendingUntil: Date | null;
	expiry: Expiry;
	timeZone: string;
	ref: string;
}

export function earn(purse: Purse, { points, pendingUntil, expiry, timeZone, ref }: Earning, now: Date): void {
	const rest = points - payDebt(purse, points);
	if (pendingUntil === null) addEarned(purse, { points: rest, ref }, expiry, now, timeZone);
	else if (rest > 0) purse.pending.push({ ref, due: pendingUntil.getTime(), points: rest });
}

/** What has lapsed is written off. @returns how many points that was */
export function writeOff(purse: Purse, now: Date): number {
	const lapsed = purse.lots.filter((lot) => lot.due !== null && lot.due <= now.getTime());
	purse.lots = purse.lots.filter((lot) => !lapsed.includes(lot));
	for (const { ref, points } of lapsed) if (ref !== null) purse.lapsed[ref] = (purse.lapsed[ref] ?? 0) + points;
	return total(lapsed);
}

/** What a purchase earned and nobody used in time, written off or not. */
export const lapsedOf = (purse: Purse, ref: string, now: Date): number =>
	(purse.lapsed[ref] ?? 0) +
	total(purse.lots.filter((lot) => lot.ref === ref && lot.due !== null && lot.due <= now.getTime()));

function take(purse: Purse, points: number, now: Date): Part[] {
	writeOff(purse, now);
	const taken: Part[] = [];
	for (const lot of alive(purse, now.getTime())) {
		const part = Math.min(lot.points, points - total(taken));
		lot.points -= part;
		if (part > 0) taken.push({ due: lot.due, points: part });
	}
	return summed(taken);
}

/** The caller has seen that there are enough. What lapsed before is written off; the receiver owes less, or has lots of their own. */
export function give(from: Purse, to: Purse, points: number, now: Date): void {
	for (const { due, points: count } of take(from, points, now))
		addLot(to, due === null ? 'forever' : `until ${due}`, due, count - payDebt(to, count), null);
}

/** Whatever would end before lives until then, and is still what the purchase earned. @returns how many points that was */
export function extend(purse: Purse, until: Date, now: Date): number {
	const due = until.getTime();
	const early = alive(purse, now.getTime()).filter((lot) => lot.due !== null && lot.due < due);
	if (early.length === 0) return 0;
	writeOff(purse, now);
	purse.lots = purse.lots.filter((lot) => !early.includes(lot));
	// A pot leaves as a whole, in the order in which it was filled.
	for (const pot of new Set(early.map((lot) => lot.pot)))
		for (const lot of early) if (lot.pot === pot) addLot(purse, `until ${due}`, due, lot.points, lot.ref);
	return total(early);
}

/** The caller has seen that there are enough. */
export function spend(purse: Purse, points: number, ref: string, now: Date): void {
	purse.spends[ref] = take(purse, points, now);
}

/** What can be taken back of a purchase's points before anything is owed. */
export const thereFor = (purse: Purse, ofRef: string, now: Date): number =>
	total(purse.pending.filter(({ ref }) => ref === ofRef)) + spendableOf(purse, now);

/** From what is still pending of that purchase, then from what can be spent; the rest is owed. @returns what is owed */
export function takeBack(purse: Purse, ofRef: string, points: number, now: Date): number {
	let left = points;
	for (const one of purse.pending.filter(({ ref }) => ref === ofRef)) {
		const part = Math.min(one.points, left);
		one.points -= part;
		left -= part;
	}
	purse.pending = purse.pending.filter((one) => one.points > 0);
	const part = Math.min(left, spendableOf(purse, now));
	if (part > 0) take(purse, part, now);
	purse.debt += left - part;
	return left - part;
}

/** Point by point with the dates they had, those that lived longest first, after the `already` that came back before. */
export function giveBack(
	purse: Purse,
	{ ofRef, points, already, notBefore }: { ofRef: string; points: number; already: number; notBefore: Date }
): void {
	const back = [...(purse.spends[ofRef] ?? [])]
		.reverse()
		.flatMap(({ due, points: count }) => Array.from({ length: count }, () => due))
		.slice(already, already + points);
	if (back.length !== points) throw new Error('more points would come back than were spent');
	const ends = back.slice(payDebt(purse, points)).map((due) => (due === null ? null : Math.max(due, +notBefore)));
	for (const { due, points: count } of summed(ends.map((due) => ({ due, points: 1 }))))
		addLot(purse, due === null ? 'forever' : `until ${due}`, due, count, null);
}

/** Pending points whose day has come; they live as long as the programme says now. */
export function mature(
	purse: Purse,
	{ expiry, timeZone }: { expiry: Expiry; timeZone: string },
	now: Date
): { points: number; toDebt: number } {
	const ripe = purse.pending.filter((one) => one.due <= now.getTime()).sort((a, b) => a.due - b.due);
	purse.pending = purse.pending.filter((one) => !ripe.includes(one));
	let toDebt = 0;
	for (const { ref, due, points } of ripe) {
		const paid = payDebt(purse, points);
		toDebt += paid;
		addEarned(purse, { points: points - paid, ref }, expiry, new Date(due), timeZone);
	}
	return { points: total(ripe), toDebt };
}
