import { isDeepStrictEqual } from 'node:util';
import { setTimeout as wait } from 'node:timers/promises';
import { expect } from 'vitest';
import { commitSales, previewReturn, undoSales } from '#checkout/server';
import { day, hour, later, minute } from '#core/time';
import { lifeOf } from '#ledger';
import { expire, mature } from '#ledger/server';
import { inTransaction, sqlOf, type Tx } from '#platform/db';
import { auditHouse } from '#wiring/house-audit.server';
import { Hands } from './checkout-hands.ts';
import { House } from './checkout-house.ts';
import { typesEarnedOn } from '#purchases';
import { Model, type Command, type Told } from './checkout-model.ts';
import { Wishes, type Shown } from './checkout-wishes.ts';
import {
	drawnBy,
	notesOf,
	openWorld,
	receiptsOf,
	sendTo,
	toldOf,
	viewOf,
	type Answer,
	type Process,
	type World
} from './checkout-world.ts';
import { Dice } from './dice.ts';
import { arm, disarm, faultPlaces, type Fault } from './faults.ts';

/** How often what happened, over all walks. */
export const tally = new Map<string, number>();
const count = (what: string, times = 1): void => void tally.set(what, (tally.get(what) ?? 0) + times);

/** Plain JSON: what two answers are compared as. */
const plain = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

/** Something that runs beside others: a command at the counter, or a job. */
type Op = Command | { kind: 'mature' } | { kind: 'expire' };
const isCommand = (op: Op): op is Command => op.kind === 'sale' || op.kind === 'return';

class Undone extends Error {}

/** One shop's life, drawn from one seed: everything is done in the real shop and noted in the model, and both must agree. */
export class Walk {
	readonly seed: number;
	readonly #dice: Dice;
	#world!: World;
	#wishes!: Wishes;
	#house!: House;
	#hands!: Hands;
	#model!: Model;
	#now: Date;
	/** what was asked before, for retries */
	readonly #asked: Command[] = [];
	/** baskets that stand open since a while: their previews may be stale */
	readonly #parked: Command[] = [];
	readonly #log: string[] = [];

	constructor(seed: number) {
		this.seed = seed;
		this.#dice = new Dice(seed);
		// Some walks meet the night in which the clocks change.
		this.#now = later(
			new Date('2026-03-01T10:00:00Z'),
			this.#dice.whole(0, 330) * day + this.#dice.whole(0, 1439) * minute
		);
	}

	/** @param steps how long the walk is */
	async live(steps: number): Promise<void> {
		const { world, notes } = await openWorld(this.#now);
		this.#world = world;
		this.#model = new Model(notes);
		this.#wishes = new Wishes(this.#dice, world);
		this.#hands = new Hands(this.#dice, world, count);
		this.#house = new House(this.#dice, world, this.#wishes, this.#hands);
		try {
			for (let n = 0; n < 4; n++) await this.#house.join(this.#model, this.#now);
			for (let n = 0; n < 2; n++) await this.#house.changeTypes(this.#model, this.#now);
			for (let n = 0; n < 2; n++) await this.#house.issueCard(this.#model, this.#now);
			for (let n = 0; n < 3; n++) await this.#house.makeVoucher(this.#model, this.#now);
			for (let step = 1; step <= steps; step++) {
				await this.#step();
				await this.#agree();
				if (step % 15 === 0 || step === steps) await this.#prove();
			}
		} catch (error) {
			const told = `SIMULATION_SEED=${this.seed} failed after ${this.#log.length} steps:\n${this.#log.slice(-8).join('\n')}`;
			if (error instanceof Error) error.message = `${told}\n${error.message}`;
			throw error;
		} finally {
			await world.end();
		}
	}

	#say(what: string): void {
		this.#log.push(`${this.#log.length + 1}. ${this.#now.toISOString()} ${what}`);
	}

	async #step(): Promise<void> {
		const step = this.#dice.weighed({
			sell: 26,
			takeBack: 16,
			race: 9,
			again: 8,
			stale: 5,
			cut: 3,
			wait: 14,
			mature: 4,
			expire: 3,
			changeRules: 4,
			changeTypes: 3,
			adjust: 4,
			transfer: 5,
			extend: 3,
			changePolicy: 2,
			issueCard: 2,
			activateCard: 2,
			makeVoucher: 2,
			changeVoucher: 7,
			join: 1
		});
		switch (step) {
			case 'sell':
				return this.#counter(await this.#sales(this.#dice.chance(55) ? 1 : this.#dice.whole(2, 5)));
			case 'takeBack':
				return this.#counter(this.#returns(this.#dice.chance(60) ? 1 : this.#dice.whole(2, 3)));
			case 'race':
				return this.#race();
			case 'again':
				return this.#again();
			case 'stale':
				return this.#counter(this.#parked.splice(0, this.#dice.whole(1, 2)));
			case 'cut':
				return this.#cut();
			case 'wait':
				return this.#wait();
			case 'mature':
			case 'expire':
				return this.#job(step);
			case 'adjust':
			case 'transfer':
			case 'extend':
			case 'changePolicy':
				this.#say(step);
				return this.#hands[step](this.#model, this.#now);
			default:
				this.#say(step);
				return this.#house[step](this.#model, this.#now);
		}
	}

	#wait(): void {
		const dice = this.#dice;
		const span = { minutes: minute, hours: hour, days: day, weeks: 7 * day };
		const unit = dice.weighed({ minutes: 3, hours: 3, days: 4, weeks: 2 });
		this.#now = later(this.#now, dice.whole(1, unit === 'minutes' ? 59 : 5) * span[unit] + dice.whole(0, 999));
		this.#say('some time goes by');
	}

	/** The preview that a cashier saw is the one that the model shows. */
	#seen = ({ ask, storeId, shown }: Shown): void => {
		const expected = this.#model.preview(ask, storeId, this.#now);
		if (!shown.ok) return expect({ refused: shown.refusal.code }).toEqual(expected);
		const { refused, ...quote } = shown.quote;
		if ('refused' in expected) throw new Error(`a preview was given where there is ${expected.refused}`);
		const byId = (list: typeof refused) => [...list].sort((a, b) => (a.id < b.id ? -1 : 1));
		expect(plain({ ...quote, refused: byId(refused) })).toEqual(
			plain({ ...expected.quote, refused: byId(expected.quote.refused) })
		);
	};

	async #sales(most: number): Promise<Command[]> {
		const commands: Command[] = [];
		while (commands.length < most) commands.push(await this.#wishes.sale(this.#model, this.#now, this.#seen));
		if (this.#dice.chance(15)) this.#parked.push(...commands.splice(0, 1));
		// The same key twice in one batch, now and then with other input.
		const [first] = commands;
		if (first?.kind === 'sale' && commands.length > 1 && this.#dice.chance(15)) {
			const again = this.#dice.chance(70) ? first.command : { ...first.command, storeId: this.#wishes.storeId() };
			commands.push({ kind: 'sale', command: again });
		}
		return commands;
	}

	#returns(most: number): Command[] {
		return Array.from({ length: most }, () => this.#wishes.return(this.#model)).filter((one) => one !== null);
	}

	#process = (): Process => this.#dice.pick(this.#world.processes);

	/** Commands of one kind that come to one counter together. */
	async #counter(commands: readonly Command[]): Promise<void> {
		this.#asked.push(...commands);
		if (commands.length === 0) return this.#say('nobody comes');
		if (this.#dice.chance(12)) await this.#thrownAway(commands);
		if (this.#dice.chance(25)) return this.#faulty(commands);
		if (this.#dice.chance(20)) await this.#lookAtReturn(commands[0] as Command);
		const till = this.#process();
		const direct = this.#dice.chance(35);
		this.#say(`${direct ? 'in one transaction' : 'at the desk'}: ${commands.map(wordsOf).join(', ')}`);
		const answers = direct
			? await inTransaction(till.db, (tx) => this.#within(tx, commands))
			: await Promise.all(commands.map((one) => sendTo(till, one, this.#now)));
		this.#compare(commands, answers);
	}

	async #within(tx: Tx, commands: readonly Command[]): Promise<Answer[]> {
		const sales = commands.flatMap((one) => (one.kind === 'sale' ? [one.command] : []));
		const returns = commands.flatMap((one) => (one.kind === 'return' ? [one.command] : []));
		if (returns.length === 0) return (await commitSales(tx, sales, this.#now)).map((sale) => ({ sale }));
		return (await undoSales(tx, returns, this.#now)).map(({ result }) => ({ given: result }));
	}

	#compare(commands: readonly Command[], answers: readonly Answer[]): void {
		const expected = this.#model.applyAll(commands, this.#now, answers.map(drawnBy));
		const told = answers.map(toldOf);
		expect(plain(told)).toEqual(plain(expected));
		told.forEach(countAnswer);
	}

	/** What a return would bring is shown before, and the showing moves nothing. */
	async #lookAtReturn(one: Command): Promise<void> {
		if (one.kind !== 'return') return;
		const shown = await previewReturn(this.#world.db, one.command, this.#now);
		const asked: Command = { kind: 'return', command: { ...one.command, key: 'only-a-look' } };
		expect(plain(toldOf({ given: shown }))).toEqual(
			plain(this.#model.copy().apply(asked, this.#now, drawnBy({ given: shown })))
		);
	}

	/** A transaction that fails after all its writes leaves nothing behind. */
	async #thrownAway(commands: readonly Command[]): Promise<void> {
		this.#say(`thrown away: ${commands.map(wordsOf).join(', ')}`);
		const run = inTransaction(this.#process().db, async (tx) => {
			await this.#within(tx, commands);
			throw new Undone();
		});
		await expect(run).rejects.toBeInstanceOf(Undone);
		count('thrown away');
		await this.#agree();
	}

	/** The database fails somewhere in the middle; whoever got no answer asks again with the same key. */
	async #faulty(commands: readonly Command[]): Promise<void> {
		const dice = this.#dice;
		const fault: Fault = {
			place: dice.chance(15) ? 'commit' : dice.pick(faultPlaces),
			kind: dice.weighed({ P0001: 4, '40001': 2, '40P01': 2, cut: 3 }),
			shots: dice.chance(60) ? 1 : dice.whole(2, 3)
		};
		const distinct = commands.filter((one, place) => commands.findIndex((other) => sameKey(one, other)) === place);
		this.#say(`with a fault ${JSON.stringify(fault)}: ${distinct.map(wordsOf).join(', ')}`);
		await arm(this.#world.db, fault);
		const till = this.#process();
		const settled = await Promise.allSettled(distinct.map((one) => sendTo(till, one, this.#now)));
		const struck = await disarm(this.#world.db);
		const answered = distinct.filter((_, place) => settled[place]?.status === 'fulfilled');
		const silent = distinct.filter((_, place) => settled[place]?.status === 'rejected');
		if (struck > 0) count(`fault ${fault.kind}`);
		else expect(silent.map(wordsOf)).toEqual([]);
		if (fault.kind === '40001' || fault.kind === '40P01') expect(silent.map(wordsOf)).toEqual([]);
		this.#compare(
			answered,
			settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
		);
		await this.#agree();
		const answers: Answer[] = [];
		for (const one of silent) answers.push(await sendTo(this.#process(), one, this.#now));
		this.#compare(silent, answers);
	}

	/** The process loses its connections at no particular moment: the sale happened or not, and asking again tells. */
	async #cut(): Promise<void> {
		const [one] = this.#dice.chance(60) ? await this.#sales(1) : this.#returns(1);
		if (!one) return;
		this.#asked.push(one);
		this.#say(`cut off: ${wordsOf(one)}`);
		const till = this.#process();
		const first = sendTo(till, one, this.#now).catch(() => null);
		await wait(this.#dice.next() * 14);
		// Not those that are still being opened: the driver does not catch what happens to its own first question.
		await sqlOf(this.#world.db)`
			select pg_terminate_backend(pid) from pg_stat_activity
			where datname = current_database() and application_name = ${till.name}
				and query <> '' and query not like '%typarray%'`;
		let answer = await first;
		count(answer ? 'cut off too late' : 'cut off');
		const done = answer !== null;
		answer ??= await sendTo(this.#process(), one, this.#now);
		const told = toldOf(answer);
		const expected = this.#model.apply(one, this.#now, drawnBy(answer));
		const asOnce = (what: Told) => plain('replayed' in what && !done ? { ...what, replayed: false } : what);
		expect(asOnce(told)).toEqual(asOnce(expected));
		countAnswer(told);
	}

	/** An earlier command once more: as it was, with other input, from another caller, or as the other kind. */
	async #again(): Promise<void> {
		if (this.#asked.length === 0) return;
		const dice = this.#dice;
		const earlier = dice.chance(50) ? this.#asked.slice(-6) : this.#asked;
		const one = dice.pick(earlier);
		const how = dice.weighed({ same: 6, other: 3, caller: 2, kind: 2 });
		this.#say(`again (${how}): ${wordsOf(one)}`);
		count(`again: ${how}`);
		let again = one;
		if (how === 'other')
			again =
				one.kind === 'sale'
					? { kind: 'sale', command: { ...one.command, ask: { ...one.command.ask, points: 7 } } }
					: { kind: 'return', command: { ...one.command, reason: 'another reason' } };
		if (how === 'caller') again = { ...one, command: { ...one.command, caller: 'dev_other' } } as Command;
		if (how === 'kind') {
			const other = one.kind === 'sale' ? this.#returns(1)[0] : (await this.#sales(1))[0];
			if (!other) return;
			again = { ...other, command: { ...other.command, caller: one.command.caller, key: one.command.key } } as Command;
		}
		this.#compare([again], [await sendTo(this.#process(), again, this.#now)]);
	}

	async #job(job: 'mature' | 'expire', process = this.#process()): Promise<void> {
		this.#say(job);
		const done = await this.#runJob(job, process, this.#dice.whole(1, 3));
		const expected = job === 'mature' ? this.#model.mature(this.#now) : this.#model.expire(this.#now);
		expect(done).toMatchObject(expected);
		count(job, expected.points);
	}

	#runJob(job: 'mature' | 'expire', { db }: Process, chunk: number): Promise<{ points: number }> {
		const { rules, timeZone } = this.#model.notes.programme;
		const life = (from: Date) => lifeOf(rules.earn.expiry, from, timeZone);
		return job === 'mature' ? mature(db, { now: this.#now, life, chunk }) : expire(db, { now: this.#now, chunk });
	}

	/** Several at once in front of several processes: what they are told must fit one order of them, and so must the shop. */
	async #race(): Promise<void> {
		const dice = this.#dice;
		const ops: Op[] = [];
		if (dice.chance(40)) {
			const [one] = dice.chance(70) ? await this.#sales(1) : this.#returns(1);
			if (one) ops.push(...Array.from({ length: dice.whole(2, 3) }, () => one));
		} else {
			ops.push(...(await this.#sales(dice.whole(1, 3))), ...this.#returns(dice.whole(0, 2)));
			if (dice.chance(30)) ops.push({ kind: dice.pick(['mature', 'expire'] as const) });
		}
		const { processes } = this.#world;
		const racing = ops.slice(0, 4);
		this.#asked.push(...racing.filter(isCommand));
		this.#say(`at once: ${racing.map(wordsOf).join(', ')}`);
		const answers = await Promise.all(
			racing.map((op, place) => {
				const process = processes[place % processes.length] as Process;
				return isCommand(op) ? sendTo(process, op, this.#now) : this.#runJob(op.kind, process, 1000).then(() => null);
			})
		);
		const told = answers.map((answer) => answer && toldOf(answer));
		const ends = this.#orders(this.#model, racing, answers);
		if (ends.length === 0) throw new Error(`no order of them explains ${JSON.stringify(told, null, 1)}`);
		const real = plain(await viewOf(this.#world.db, Object.keys((ends[0] as Model).notes.members), this.#now));
		this.#model = ends.find((end) => isDeepStrictEqual(real, plain(notesOf(end, this.#now)))) ?? (ends[0] as Model);
		count('races');
		for (const one of told) if (one) countAnswer(one);
	}

	/** The models that are left when the operations are applied in any order that explains their answers. */
	#orders(model: Model, ops: readonly Op[], answers: readonly (Answer | null)[]): Model[] {
		if (ops.length === 0) return [model];
		return ops.flatMap((op, place) => {
			const after = model.copy();
			const answer = answers[place] ?? null;
			if (isCommand(op) && answer) {
				const expected = after.apply(op, this.#now, drawnBy(answer));
				const told = toldOf(answer);
				if (!isDeepStrictEqual(plain(expected), plain(told))) return [];
			} else if (op.kind === 'mature') after.mature(this.#now);
			else after.expire(this.#now);
			const others = <T>(list: readonly T[]): T[] => list.filter((_, other) => other !== place);
			return this.#orders(after, others(ops), others(answers));
		});
	}

	/** The model and the database hold the same. */
	async #agree(): Promise<void> {
		const real = await viewOf(this.#world.db, Object.keys(this.#model.notes.members), this.#now);
		expect(plain(real)).toEqual(plain(notesOf(this.#model, this.#now)));
		for (const { purse, types } of Object.values(this.#model.notes.members)) {
			if (purse.debt > 0) count('somebody owes points');
			if (Object.values(types).some(({ debt }) => debt > 0)) count('somebody owes points of a type');
			if (purse.pending.length > 0) count('points are pending');
		}
	}

	/** Every receipt reads back as noted, the ledger says the same as the receipts, and the audit finds nothing. */
	async #prove(): Promise<void> {
		const { db } = this.#world;
		const { receipts } = this.#model.notes;
		expect(plain(await receiptsOf(db, Object.keys(receipts)))).toEqual(plain(receipts));
		const moved = await sqlOf(db)<{ ref: string; reason: string; type: string; amount: number }[]>`
			select ref, reason, coalesce(substring(unit from ':.*'), '') as type, sum(amount)::int as amount from transfers
			where reason in ('earned', 'spent', 'charged', 'taken_back', 'given_back', 'refunded') group by ref, reason, type`;
		const booked = moved.map(({ ref, reason, type, amount }) => `${ref} ${reason}${type} ${amount}`).sort();
		const due = Object.values(receipts).flatMap((one) => [
			[one.id, 'earned', one.pointsEarned],
			[one.id, 'spent', one.pointsSpent],
			[one.id, 'charged', one.giftCardCents],
			...typesEarnedOn(one).map(({ typeId, points }) => [one.id, `earned:${typeId}`, points]),
			...one.returns.flatMap((back) => [
				[back.id, 'taken_back', back.pointsTakenBack],
				...back.typesTakenBack.map(({ typeId, points }) => [back.id, `taken_back:${typeId}`, points]),
				[back.id, 'given_back', back.pointsGivenBack],
				[back.id, 'refunded', back.giftCardCents]
			])
		]);
		expect(booked).toEqual(
			due
				.filter(([, , amount]) => amount !== 0)
				.map((row) => row.join(' '))
				.sort()
		);
		expect((await auditHouse(db)).findings).toEqual([]);
		count('proofs');
	}
}

const sameKey = (a: Command, b: Command): boolean =>
	a.command.caller === b.command.caller && a.command.key === b.command.key;

function countAnswer(told: Told): void {
	if ('refused' in told) return count(told.refused);
	if ('given' in told) {
		const { pointsLapsed, typesTakenBack } = told.given;
		if (pointsLapsed > 0) count('points had ended unused');
		if (typesTakenBack.some(({ points }) => points > 0)) count('points of a type were taken back');
		if (typesTakenBack.some(({ lapsed = 0 }) => lapsed > 0)) count('points of a type had ended unused');
	}
	count(`${'sold' in told ? 'sold' : 'given back'}${told.replayed ? ' before' : ''}`);
}

function wordsOf(op: Op): string {
	if (op.kind === 'mature' || op.kind === 'expire') return op.kind;
	const { caller, key } = op.command;
	if (op.kind === 'return')
		return `return ${caller}/${key} of ${op.command.receiptId} ${JSON.stringify(op.command.lines)}`;
	return `sale ${caller}/${key} ${JSON.stringify(op.command.ask)}`;
}
