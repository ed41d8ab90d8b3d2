import { eq } from 'drizzle-orm';
import { expect } from 'vitest';
import { members } from '#customers/tables';
import { addDays, localDay, startOfDay } from '#core/time';
import { newId } from '#core/ids';
import { isRefusal } from '#core/refusal';
import { inTransaction } from '#platform/db';
import { byHouse } from '#platform/trail';
import { adjust, extend, savePolicy, transfer } from '#points/server';
import type { PointType } from '#pricing';
import type { Model } from './checkout-model.ts';
import type { World } from './checkout-world.ts';
import type { Dice } from './dice.ts';
import * as purses from './purse-model.ts';

/** What the shop answered, or what the notes say it should: a refusal by its code. */
type Answer = object | string;

const byHand = { reason: 'a kindness', note: null };

/**
 * Points moved by hand and from member to member, those that pay and those of the other types: each wish is granted or
 * refused by the real shop as the notes say.
 */
export class Hands {
	readonly #dice: Dice;
	readonly #world: World;
	/** told of each answer: what was wished, and how it ended */
	readonly #count: (what: string) => void;

	constructor(dice: Dice, world: World, count: (what: string) => void) {
		this.#dice = dice;
		this.#world = world;
		this.#count = count;
	}

	/** Of those that pay, of a type, now and then of one that nobody knows. */
	#typeId(model: Model): string | null {
		const types = model.notes.programme.rules.types ?? [];
		if (this.#dice.chance(3)) return newId('pointType');
		return this.#dice.chance(25) || types.length === 0 ? null : this.#dice.pick(types).id;
	}

	#size(have: number): number {
		const dice = this.#dice;
		if (dice.chance(4)) return dice.pick([0, 0.5, -3, Number.NaN]);
		return dice.chance(15) ? have + dice.whole(1, 5) : dice.whole(1, Math.max(1, have));
	}

	async #ask(verb: string, run: Promise<object>, expected: Answer): Promise<void> {
		const answer: Answer = await run.catch((error) => {
			if (isRefusal(error)) return error.code;
			throw error;
		});
		if (typeof expected === 'string') expect(answer, verb).toBe(expected);
		else expect(answer, verb).toMatchObject(expected);
		this.#count(typeof expected === 'string' ? expected : verb);
	}

	async adjust(model: Model, now: Date): Promise<void> {
		const memberId = this.#dice.pick(Object.keys(model.notes.members));
		const typeId = this.#typeId(model);
		const have = isKnown(model, typeId) ? purses.spendableOf(model.purse(memberId, typeId), now) : 0;
		const given = this.#dice.chance(55);
		const points = given ? this.#dice.whole(1, 60) : -this.#size(have);
		const command = { memberId, typeId, points, ...byHand, limited: false };
		const run = inTransaction(this.#world.db, (tx) => adjust(tx, command, byHouse, now));
		await this.#ask(`adjusted ${kindOf(typeId)}`, run, adjusted(model, { memberId, typeId, points }, now));
	}

	async transfer(model: Model, now: Date): Promise<void> {
		const dice = this.#dice;
		const joined = Object.entries(model.notes.members).flatMap(([id, one]) => (one.joined ? [id] : []));
		const [memberId, toMemberId] = [dice.pick(joined), dice.pick(joined)];
		const typeId = this.#typeId(model);
		const have = isKnown(model, typeId) ? purses.spendableOf(model.purse(memberId, typeId), now) : 0;
		const wish = { memberId, toMemberId: dice.chance(3) ? null : toMemberId, typeId, points: this.#size(have) };
		const [row] = await this.#world.db
			.select({ number: members.number })
			.from(members)
			.where(eq(members.id, wish.toMemberId ?? ''));
		const command = { memberId, typeId, points: wish.points, to: row?.number ?? 'MAAAAAAAAAAA', note: null };
		const run = inTransaction(this.#world.db, (tx) => transfer(tx, command, byHouse, now));
		await this.#ask(`transferred ${kindOf(typeId)}`, run, transferred(model, wish, now));
	}

	async extend(model: Model, now: Date): Promise<void> {
		const memberId = this.#dice.pick(Object.keys(model.notes.members));
		const [typeId, { timeZone }] = [this.#typeId(model), model.notes.programme];
		const untilDay = addDays(localDay(now, timeZone), this.#dice.pick([-1, 0, 0, 20, 20, 400, 400]));
		const command = { memberId, typeId, untilDay, reason: 'was ill' };
		const run = inTransaction(this.#world.db, (tx) => extend(tx, command, byHouse, now));
		await this.#ask(`extended ${kindOf(typeId)}`, run, extended(model, { memberId, typeId, untilDay }, now));
	}

	/** Whether more may be taken than there is, and whether points that pay may be given to others. */
	async changePolicy(model: Model, now: Date): Promise<void> {
		const { version, ...before } = model.notes.policy;
		const adjust = { ...before.adjust, mayOwe: this.#dice.chance(60) };
		const transfer = { enabled: this.#dice.chance(75), ...this.#limits() };
		const policy = { ...before, adjust, transfer };
		const saved = await inTransaction(this.#world.db, (tx) => savePolicy(tx, { policy, version }, byHouse, now));
		model.notes.policy = { ...policy, version: saved.version };
	}

	#limits() {
		return { least: this.#dice.pick([1, 1, 8]), mostPerDay: this.#dice.pick([null, 12, 60]) };
	}

	/** The types as a manager might change them: how they are earned, when they end, whether they are given. */
	types(before: readonly PointType[]): PointType[] {
		const dice = this.#dice;
		const earn = (): PointType['earn'] => {
			const points = dice.pick([1, 3, 20]);
			if (dice.chance(10)) return { kind: 'by_hand' };
			if (dice.chance(50)) return { kind: 'visit', points, leastCents: dice.pick([0, 500, 2000]) };
			return { kind: 'amount', points, perCents: dice.pick([100, 33]) };
		};
		const expiry = (): PointType['expiry'] => ({
			days: dice.pick([5, 20, 90, null]),
			rounding: dice.pick(['day', 'day', 'month', 'quarter']),
			monthDay: null
		});
		const fresh = (name: string): PointType => ({
			...{ id: newId('pointType'), name, earn: earn(), expiry: expiry(), archived: false },
			transfer: this.#limits()
		});
		if (before.length < 2) return [...before, fresh(`Type ${before.length + 1}`)];
		return before.map((type) => {
			switch (dice.weighed({ leave: 4, earn: 2, expiry: 2, transfer: 2, archive: 1, revive: 2 })) {
				case 'earn':
					return { ...type, earn: earn() };
				case 'expiry':
					return { ...type, expiry: expiry() };
				case 'transfer': {
					const { transfer: _, ...rest } = type;
					return dice.chance(75) ? { ...rest, transfer: this.#limits() } : rest;
				}
				case 'archive':
					return { ...type, archived: true };
				case 'revive':
					return { ...type, archived: false };
				default:
					return type;
			}
		});
	}
}

const kindOf = (typeId: string | null): string => (typeId === null ? 'points that pay' : 'points of a type');

const typeOf = (model: Model, typeId: string | null): PointType | undefined =>
	model.notes.programme.rules.types?.find(({ id }) => id === typeId);

const isKnown = (model: Model, typeId: string | null): boolean => typeId === null || !!typeOf(model, typeId);

interface Wish {
	memberId: string;
	typeId: string | null;
	points: number;
}

function adjusted(model: Model, { memberId, typeId, points }: Wish, now: Date): Answer {
	if (!Number.isSafeInteger(points) || points === 0) return 'points.amount_form';
	const type = typeOf(model, typeId);
	if (!isKnown(model, typeId) || (points > 0 && type?.archived)) return 'points.type_unknown';
	const purse = model.purse(memberId, typeId);
	if (points < 0) {
		if (!model.notes.policy.adjust.mayOwe && purses.spendableOf(purse, now) < -points) return 'points.not_enough';
		return { toDebt: 0, owed: purses.takeBack(purse, 'nothing', -points, now) };
	}
	const { rules, timeZone } = model.notes.programme;
	const toDebt = Math.min(purse.debt, points);
	const { expiry } = type ?? rules.earn;
	purses.earn(purse, { points, pendingUntil: null, expiry, timeZone, ref: 'by hand' }, now);
	return { toDebt, owed: 0 };
}

function transferred(model: Model, wish: Wish & { toMemberId: string | null }, now: Date): Answer {
	const { memberId, toMemberId, typeId, points } = wish;
	const { policy, programme, given } = model.notes;
	const type = typeOf(model, typeId);
	if (!isKnown(model, typeId) || type?.archived) return 'points.type_unknown';
	const limits = type ? type.transfer : policy.transfer.enabled ? policy.transfer : undefined;
	if (!limits) return 'points.transfer_off';
	if (!Number.isSafeInteger(points) || points < 1) return 'points.amount_form';
	if (points < limits.least) return 'points.transfer_least';
	if (toMemberId === null) return 'points.receiver_unknown';
	if (toMemberId === memberId) return 'points.receiver_self';
	const today = `${memberId} ${typeId} ${localDay(now, programme.timeZone)}`;
	// Only what a limit was asked about counts for the day.
	const sofar = given[today] ?? 0;
	if (limits.mostPerDay !== null && sofar + points > limits.mostPerDay) return 'points.transfer_day_limit';
	const from = model.purse(memberId, typeId);
	if (purses.spendableOf(from, now) < points) return 'points.not_enough';
	if (limits.mostPerDay !== null) given[today] = sofar + points;
	purses.give(from, model.purse(toMemberId, typeId), points, now);
	return { toMemberId };
}

function extended(
	model: Model,
	{ memberId, typeId, untilDay }: { memberId: string; typeId: string | null; untilDay: string },
	now: Date
): Answer {
	if (!isKnown(model, typeId)) return 'points.type_unknown';
	const until = startOfDay(addDays(untilDay, 1), model.notes.programme.timeZone);
	if (until <= now) return 'points.day_past';
	const points = purses.extend(model.purse(memberId, typeId), until, now);
	return points === 0 ? 'points.none_to_extend' : { points };
}
