/**
 * A ledger as one would write it without a database in mind: every lot on its own, nothing remembered but what is left.
 * The real one must answer the same, whatever happens in whatever order.
 */

export const day = 86_400_000;

export type Life = { kind: 'pot' | 'until'; days: number } | { kind: 'forever' };

/** Which points: null: those that pay; else the number of another type. */
export type Kind = number | null;

export type Command =
	| { verb: 'earn'; owner: number; kind: Kind; points: number; life: Life; pendingDays: number | null; ref: string }
	| { verb: 'spend'; owner: number; points: number; ref: string }
	| {
			verb: 'giveBack';
			owner: number;
			ofRef: string;
			points: number;
			already: number;
			minimumDays: number;
			ref: string;
	  }
	| { verb: 'takeBack'; owner: number; kind: Kind; ofRef: string; points: number; ref: string }
	| { verb: 'movePoints'; owner: number; to: number; kind: Kind; points: number; ref: string }
	| { verb: 'extend'; owner: number; kind: Kind; days: number; ref: string }
	| { verb: 'lapse'; owner: number; kind: Kind }
	| { verb: 'credit' | 'debit'; owner: number; cents: number; ref: string }
	| { verb: 'move'; owner: number; to: number; cents: number; ref: string }
	| { verb: 'hold'; owner: number; cents: number; days: number; ref: string }
	| { verb: 'capture'; owner: number; hold: string; cents: number; ref: string }
	| { verb: 'release'; owner: number; hold: string };

export interface Part {
	due: number | null;
	points: number;
}

interface Lot extends Part {
	pot: string;
	born: number;
}

interface Pending extends Part {
	ref: string;
}

interface Hold {
	cents: number;
	ends: number;
	state: 'open' | 'expired' | 'ended';
}

/** Points of one kind. */
class Purse {
	lots: Lot[] = [];
	lastDue = new Map<string, number | null>();
	pending: Pending[] = [];
	debt = 0;
}

class Owner {
	readonly purses = new Map<Kind, Purse>();
	cents = 0;
	holds = new Map<string, Hold>();
	/** what paid, by the spend's ref */
	spends = new Map<string, Part[]>();

	purse(kind: Kind): Purse {
		let purse = this.purses.get(kind);
		if (!purse) this.purses.set(kind, (purse = new Purse()));
		return purse;
	}
}

const later = (a: number | null, b: number | null): number => (a === b ? 0 : a === null ? 1 : b === null ? -1 : a - b);

/** Summed by due date, soonest first. */
export function summed(parts: readonly Part[]): Part[] {
	const sums = new Map<number | null, number>();
	for (const { due, points } of parts) if (points > 0) sums.set(due, (sums.get(due) ?? 0) + points);
	return [...sums].map(([due, points]) => ({ due, points })).sort((a, b) => later(a.due, b.due));
}

export const potOf = (life: Life, due: number | null): string =>
	life.kind === 'pot'
		? `points/${life.days}`
		: due === null
			? 'points/forever'
			: `points/until/${new Date(due).toISOString()}`;

export class Model {
	readonly #owners = new Map<number, Owner>();
	#born = 0;

	owner(number: number): Owner {
		let owner = this.#owners.get(number);
		if (!owner) this.#owners.set(number, (owner = new Owner()));
		return owner;
	}

	#alive(purse: Purse, now: number): Lot[] {
		return purse.lots
			.filter((lot) => lot.points > 0 && (lot.due === null || lot.due > now))
			.sort((a, b) => later(a.due, b.due) || (a.pot < b.pot ? -1 : a.pot > b.pot ? 1 : a.born - b.born));
	}

	#spendable = (purse: Purse, now: number): number =>
		this.#alive(purse, now).reduce((total, lot) => total + lot.points, 0);

	/** Points of one kind, as they can be seen from outside. */
	points(number: number, kind: Kind, now: number) {
		const purse = this.owner(number).purse(kind);
		return {
			spendable: this.#spendable(purse, now),
			pending: purse.pending.reduce((total, part) => total + part.points, 0),
			debt: purse.debt,
			lots: summed(this.#alive(purse, now)),
			maturing: summed(purse.pending)
		};
	}

	/** What can be seen from outside of points that pay and of money. */
	view(number: number, now: number) {
		const owner = this.owner(number);
		return {
			...this.points(number, null, now),
			cents: owner.cents,
			available: owner.cents - this.#held(owner, now)
		};
	}

	#held(owner: Owner, now: number): number {
		let held = 0;
		for (const hold of owner.holds.values()) {
			if (hold.state === 'open' && hold.ends <= now) hold.state = 'expired';
			if (hold.state === 'open') held += hold.cents;
		}
		return held;
	}

	/** Points arrive: debt first, the rest as a lot whose date is not before the pot's newest. @returns what went to the debt */
	#arrive(purse: Purse, points: number, pot: string, due: number | null): number {
		const paid = Math.min(purse.debt, points);
		purse.debt -= paid;
		if (points > paid) this.#lot(purse, points - paid, pot, due);
		return paid;
	}

	#lot(purse: Purse, points: number, pot: string, due: number | null): void {
		const last = purse.lastDue.get(pot);
		const date = due === null || last == null ? due : Math.max(due, last);
		purse.lastDue.set(pot, date);
		purse.lots.push({ pot, due: date, points, born: this.#born++ });
	}

	/** What has lapsed of a kind is gone for good once somebody looks, even if the clock is set back afterwards. */
	#writeOff(purse: Purse, now: number): void {
		for (const lot of purse.lots) if (lot.due !== null && lot.due <= now) lot.points = 0;
	}

	/** The same of every kind. */
	writeOff(number: number, now: number): void {
		for (const purse of this.owner(number).purses.values()) this.#writeOff(purse, now);
	}

	#take(purse: Purse, points: number, now: number): Part[] {
		if (points > 0) this.#writeOff(purse, now);
		const taken: Part[] = [];
		let left = points;
		for (const lot of this.#alive(purse, now)) {
			const part = Math.min(lot.points, left);
			lot.points -= part;
			left -= part;
			if (part > 0) taken.push({ due: lot.due, points: part });
		}
		return taken;
	}

	mature(now: number, days: number): void {
		for (const owner of this.#owners.values()) {
			const purse = owner.purse(null);
			for (const part of [...purse.pending].sort((a, b) => later(a.due, b.due))) {
				if (part.due === null || part.due > now) continue;
				this.#arrive(purse, part.points, `points/${days}`, part.due + days * day);
				part.points = 0;
			}
			purse.pending = purse.pending.filter((part) => part.points > 0);
		}
	}

	/** The answer of a command: what it did, or the code of its refusal. */
	apply(command: Command, now: number): unknown {
		const owner = this.owner(command.owner);
		const purse = owner.purse('kind' in command ? command.kind : null);
		switch (command.verb) {
			case 'earn':
				return this.#earn(purse, command, now);
			case 'spend': {
				if (this.#spendable(purse, now) < command.points) return 'ledger.insufficient';
				const taken = this.#take(purse, command.points, now);
				owner.spends.set(command.ref, taken);
				return { consumed: summed(taken) };
			}
			case 'giveBack':
				return this.#giveBack(owner, command, now);
			case 'takeBack':
				return this.#takeBack(purse, command, now);
			case 'movePoints': {
				if (this.#spendable(purse, now) < command.points) return 'ledger.insufficient';
				const to = this.owner(command.to).purse(command.kind);
				let toDebt = 0;
				for (const { due, points } of this.#take(purse, command.points, now))
					toDebt += this.#arrive(to, points, potOf({ kind: 'until', days: 0 }, due), due);
				return { toDebt };
			}
			case 'extend':
				return this.#extend(purse, command, now);
			case 'lapse': {
				const points = this.#spendable(purse, now);
				this.#take(purse, points, now);
				return { points };
			}
			default:
				return this.#money(owner, command, now);
		}
	}

	#extend(purse: Purse, command: Command & { verb: 'extend' }, now: number): unknown {
		const until = now + command.days * day;
		const early = this.#alive(purse, now).filter(({ due }) => due !== null && due < until);
		const points = early.reduce((total, lot) => total + lot.points, 0);
		if (points > 0) this.#writeOff(purse, now);
		const pot = potOf({ kind: 'until', days: 0 }, until);
		for (const lot of early) {
			this.#lot(purse, lot.points, pot, until);
			lot.points = 0;
		}
		return { points };
	}

	#earn(purse: Purse, { points, life, pendingDays, ref }: Command & { verb: 'earn' }, now: number): unknown {
		if (pendingDays === null) {
			const due = life.kind === 'forever' ? null : now + life.days * day;
			const toDebt = this.#arrive(purse, points, potOf(life, due), due);
			return { toDebt, toPot: points - toDebt, toPending: 0 };
		}
		const toDebt = Math.min(purse.debt, points);
		purse.debt -= toDebt;
		if (points > toDebt) purse.pending.push({ ref, due: now + pendingDays * day, points: points - toDebt });
		return { toDebt, toPot: 0, toPending: points - toDebt };
	}

	#giveBack(owner: Owner, command: Command & { verb: 'giveBack' }, now: number): unknown {
		const { ofRef, points, already, minimumDays } = command;
		const purse = owner.purse(null);
		// Point by point, the longest-lived first: the first `already` of them came back before.
		const each = [...(owner.spends.get(ofRef) ?? [])]
			.sort((a, b) => later(b.due, a.due))
			.flatMap((part) => Array.from({ length: part.points }, () => part.due))
			.slice(already);
		if (each.length < points) return 'ledger.insufficient';
		const back = each.slice(0, points);
		const toDebt = Math.min(purse.debt, points);
		purse.debt -= toDebt;
		const minimum = now + minimumDays * day;
		const given = summed(
			back.slice(toDebt).map((due) => ({ due: due === null ? null : Math.max(due, minimum), points: 1 }))
		);
		for (const part of given) this.#lot(purse, part.points, potOf({ kind: 'until', days: 0 }, part.due), part.due);
		return { toDebt, given };
	}

	#takeBack(purse: Purse, { ofRef, points }: Command & { verb: 'takeBack' }, now: number): unknown {
		let left = points;
		for (const part of purse.pending) {
			if (part.ref !== ofRef) continue;
			const taken = Math.min(part.points, left);
			part.points -= taken;
			left -= taken;
		}
		purse.pending = purse.pending.filter((part) => part.points > 0);
		const fromPending = points - left;
		const fromSpendable = Math.min(left, this.#spendable(purse, now));
		this.#take(purse, fromSpendable, now);
		const owed = left - fromSpendable;
		purse.debt += owed;
		return { fromPending, fromSpendable, owed };
	}

	#money(owner: Owner, command: Command, now: number): unknown {
		const free = owner.cents - this.#held(owner, now);
		switch (command.verb) {
			case 'credit':
				owner.cents += command.cents;
				return 'ok';
			case 'debit':
				if (free < command.cents) return 'ledger.insufficient';
				owner.cents -= command.cents;
				return 'ok';
			case 'move':
				if (free < command.cents) return 'ledger.insufficient';
				owner.cents -= command.cents;
				this.owner(command.to).cents += command.cents;
				return 'ok';
			case 'hold':
				if (free < command.cents) return 'ledger.insufficient';
				owner.holds.set(command.ref, { cents: command.cents, ends: now + command.days * day, state: 'open' });
				return 'ok';
			case 'capture':
			case 'release':
				return this.#endHold(owner, command);
			default:
				throw new Error(`no such verb here: ${command.verb}`);
		}
	}

	#endHold(owner: Owner, command: Command & { verb: 'capture' | 'release' }): unknown {
		const hold = owner.holds.get(command.hold);
		if (!hold) return 'ledger.hold_unknown';
		if (hold.state === 'expired') return 'ledger.hold_expired';
		if (hold.state === 'ended') return 'ledger.hold_ended';
		if (command.verb === 'capture') {
			if (command.cents > hold.cents) return 'ledger.amount_invalid';
			owner.cents -= command.cents;
		}
		hold.state = 'ended';
		return 'ok';
	}
}
