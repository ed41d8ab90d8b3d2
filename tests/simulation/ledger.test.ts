import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { audit, expire, mature, releaseHolds } from '#ledger/server';
import { testDatabase } from '../support/database.ts';
import { day, Model, type Command, type Kind, type Life } from '../support/ledger-model.ts';
import { Runner } from '../support/ledger-runner.ts';

const { db, client } = await testDatabase();

const start = Date.parse('2026-03-01T10:00:00.000Z');
const owners = [0, 1];
const owner = fc.constantFrom(...owners);
/** types of points beside those that pay */
const types = [0, 1];
const kind: fc.Arbitrary<Kind> = fc.oneof(
	{ weight: 3, arbitrary: fc.constant(null) },
	{ weight: 2, arbitrary: fc.constantFrom(...types) }
);
const points = fc.integer({ min: 1, max: 300 });
const cents = fc.integer({ min: 1, max: 2000 });
/** percent of what there is; a little more than all now and then */
const share = fc.oneof(
	{ weight: 6, arbitrary: fc.integer({ min: 1, max: 70 }) },
	{ weight: 2, arbitrary: fc.constantFrom(100, 101, 130) }
);
const life: fc.Arbitrary<Life> = fc.oneof(
	fc.record({ kind: fc.constant('pot' as const), days: fc.constantFrom(5, 20) }),
	fc.record({ kind: fc.constant('until' as const), days: fc.constantFrom(3, 8, 15) }),
	fc.constant({ kind: 'forever' as const })
);

const wishes = {
	// Only points that pay wait until they can.
	earn: fc
		.record({
			verb: fc.constant('earn' as const),
			owner,
			kind,
			points,
			life,
			pendingDays: fc.option(fc.integer({ min: 0, max: 6 }))
		})
		.map((one) => (one.kind === null ? one : { ...one, pendingDays: null })),
	spend: fc.record({ verb: fc.constant('spend' as const), owner, share }),
	giveBack: fc.record({
		verb: fc.constant('giveBack' as const),
		which: fc.nat(),
		share,
		minimumDays: fc.integer({ min: 0, max: 9 })
	}),
	takeBack: fc.record({ verb: fc.constant('takeBack' as const), which: fc.nat(), share }),
	movePoints: fc.record({ verb: fc.constant('movePoints' as const), owner, kind, share }),
	extend: fc.record({ verb: fc.constant('extend' as const), owner, kind, days: fc.integer({ min: 1, max: 12 }) }),
	lapse: fc.record({ verb: fc.constant('lapse' as const), owner, kind }),
	money: fc.record({ verb: fc.constantFrom('debit' as const, 'move' as const), owner, share }),
	credit: fc.record({ verb: fc.constant('credit' as const), owner, cents }),
	hold: fc.record({ verb: fc.constant('hold' as const), owner, share, days: fc.integer({ min: 1, max: 9 }) }),
	end: fc.record({ verb: fc.constantFrom('capture' as const, 'release' as const), which: fc.nat(), share })
};

/** What somebody wants; `which` and `share` become an earlier posting and an amount when the simulation gets there. */
const wish = fc.oneof(
	{ weight: 8, arbitrary: wishes.earn },
	{ weight: 6, arbitrary: wishes.spend },
	{ weight: 5, arbitrary: wishes.giveBack },
	{ weight: 2, arbitrary: wishes.takeBack },
	{ weight: 2, arbitrary: wishes.movePoints },
	{ weight: 2, arbitrary: wishes.extend },
	{ weight: 1, arbitrary: wishes.lapse },
	{ weight: 2, arbitrary: wishes.money },
	{ weight: 3, arbitrary: wishes.credit },
	{ weight: 3, arbitrary: wishes.hold },
	{ weight: 4, arbitrary: wishes.end }
);
type Wish = typeof wish extends fc.Arbitrary<infer T> ? T : never;

const turn = fc.oneof(
	{
		weight: 8,
		arbitrary: fc.record({ do: fc.constant('book' as const), wishes: fc.array(wish, { minLength: 1, maxLength: 5 }) })
	},
	{
		weight: 2,
		arbitrary: fc.record({
			do: fc.constant('wait' as const),
			hours: fc.oneof(fc.integer({ min: -3, max: 100 }), fc.constantFrom(24, 48, 72, 120, 192))
		})
	},
	{
		weight: 1,
		arbitrary: fc.record({ do: fc.constantFrom('expire' as const, 'mature' as const, 'releaseHolds' as const) })
	}
);
type Turn = typeof turn extends fc.Arbitrary<infer T> ? T : never;

interface Earlier {
	owner: number;
	kind: Kind;
	ref: string;
	/** what it moved, less what has come back since */
	left: number;
	back: number;
}

/** Everything that may be referred to later. */
class Past {
	readonly #model: Model;
	#count = 0;
	readonly #earned: Earlier[] = [];
	readonly #spent: Earlier[] = [];
	readonly #held: Earlier[] = [];

	constructor(model: Model) {
		this.#model = model;
	}

	/** The wish as a command at this moment, or null when there is nothing to refer to. */
	command(wished: Wish, now: number): Command | null {
		const ref = `r${this.#count++}`;
		const pick = (list: Earlier[]): Earlier | undefined =>
			list[('which' in wished ? wished.which : 0) % Math.max(1, list.length)];
		const part = (whole: number): number =>
			Math.max(1, Math.ceil((whole * ('share' in wished ? wished.share : 0)) / 100));
		const view = 'owner' in wished ? this.#model.view(wished.owner, now) : { spendable: 0, available: 0 };
		const mine = 'kind' in wished ? this.#model.points(wished.owner, wished.kind, now) : view;
		switch (wished.verb) {
			case 'earn':
			case 'credit':
			case 'extend':
				return { ...wished, ref };
			case 'lapse':
				return wished;
			case 'spend':
				return { ...wished, points: part(view.spendable), ref };
			case 'movePoints':
				return { ...wished, to: 1 - wished.owner, points: part(mine.spendable), ref };
			case 'debit':
			case 'hold':
				return { ...wished, cents: part(view.available), ref } as Command;
			case 'move':
				return { ...wished, verb: 'move', to: 1 - wished.owner, cents: part(view.available), ref };
			case 'giveBack': {
				const of = pick(this.#spent);
				return of ? { ...wished, owner: of.owner, ofRef: of.ref, already: of.back, points: part(of.left), ref } : null;
			}
			case 'takeBack': {
				const of = pick(this.#earned);
				if (!of) return null;
				return { ...wished, owner: of.owner, kind: of.kind, ofRef: of.ref, points: part(of.left), ref };
			}
			default: {
				const of = pick(this.#held);
				return of ? { ...wished, verb: wished.verb, owner: of.owner, hold: of.ref, cents: part(of.left), ref } : null;
			}
		}
	}

	/** Notes what was done, so that it can be given back, taken back or captured in a later book. */
	note(command: Command, answer: unknown): void {
		if (typeof answer === 'string' && answer !== 'ok') return;
		if (command.verb === 'earn') this.#earned.push({ ...command, left: command.points, back: 0 });
		if (command.verb === 'spend') this.#spent.push({ ...command, kind: null, left: command.points, back: 0 });
		if (command.verb === 'hold') this.#held.push({ ...command, kind: null, left: command.cents, back: 0 });
		if (command.verb !== 'giveBack' && command.verb !== 'takeBack') return;
		for (const one of command.verb === 'giveBack' ? this.#spent : this.#earned)
			if (one.ref === command.ofRef) {
				one.left -= command.points;
				one.back += command.points;
			}
	}
}

/** How often each verb was carried out and how often it was refused. */
const tally: Record<string, { done: number; refused: number }> = {};

/** After how many commands somebody owed points of a type. */
let debts = 0;

let shops = 0;

class Shop {
	readonly #model = new Model();
	readonly #past = new Past(this.#model);
	readonly #real: Runner;
	#now: number;

	constructor(number: number) {
		this.#real = new Runner(db, `shop${number}`);
		this.#now = start + number * 1000 * day;
	}

	async live(turns: readonly Turn[]): Promise<void> {
		for (const step of turns) {
			if (step.do === 'book') await this.#book(step.wishes);
			else if (step.do === 'wait') this.#now += (step.hours * day) / 24;
			else await this.#job(step.do);
			for (const number of owners)
				expect(await this.#real.view(number, this.#now)).toEqual(this.#model.view(number, this.#now));
			expect(await this.#real.types(owners, types, this.#now)).toEqual(
				owners.map((number) => types.map((type) => this.#model.points(number, type, this.#now)))
			);
		}
		expect((await audit(db)).findings).toEqual([]);
	}

	/** One book with several commands; a spend is given back once in a book, since the next part goes on after it. */
	async #book(wished: readonly Wish[]): Promise<void> {
		const commands: Command[] = [];
		const expected: unknown[] = [];
		for (const one of wished) {
			const command = this.#past.command(one, this.#now);
			if (!command || commands.some((other) => sameRef(other, command))) continue;
			commands.push(command);
			expected.push(this.#model.apply(command, this.#now));
		}
		expect(await this.#real.run(commands, this.#now)).toEqual(expected);
		commands.forEach((command, place) => {
			const answer = expected[place];
			this.#past.note(command, answer);
			const ofType = 'kind' in command && command.kind !== null;
			const count = (tally[ofType ? `${command.verb} of a type` : command.verb] ??= { done: 0, refused: 0 });
			count[typeof answer === 'string' && answer !== 'ok' ? 'refused' : 'done'] += 1;
			if (ofType) debts += Number(this.#model.points(command.owner, command.kind, this.#now).debt > 0);
		});
	}

	/** What stands in the owner's pots, of all kinds, lapsed or not. */
	async #booked(number: number): Promise<number> {
		const [row] = await client`select coalesce(sum(credited - debited), 0)::int as points from accounts
			where owner_id = ${this.#real.id(number)} and name like 'points%'`;
		return row?.points as number;
	}

	/** Small chunks, so that a walk takes several. */
	async #job(job: 'expire' | 'mature' | 'releaseHolds'): Promise<void> {
		const now = new Date(this.#now);
		if (job === 'releaseHolds') await releaseHolds(db, { now, chunk: 2 });
		if (job === 'expire') {
			await expire(db, { now, chunk: 2 });
			for (const number of owners) {
				this.#model.writeOff(number, this.#now);
				const left = [null, ...types].map((one) => this.#model.points(number, one, this.#now).spendable);
				expect(await this.#booked(number)).toBe(left.reduce((sum, points) => sum + points, 0));
			}
		}
		if (job === 'mature') {
			const life = (from: Date) => ({ potDays: 20, endsAt: new Date(from.getTime() + 20 * day) });
			await mature(db, { now, life, chunk: 2 });
			this.#model.mature(this.#now, 20);
		}
	}
}

const sameRef = (a: Command, b: Command): boolean => 'ofRef' in a && 'ofRef' in b && a.ofRef === b.ofRef;

describe('the ledger, compared with one that keeps every lot by itself', () => {
	test('answers the same, whatever is earned, spent, given back, taken back, held or lapses, and stays clean', async () => {
		const turns = fc.array(turn, { minLength: 10, maxLength: 30 });
		await fc.assert(
			fc.asyncProperty(turns, (steps) => new Shop(shops++).live(steps)),
			{ numRuns: 50 }
		);
	}, 240_000);

	test('has done every verb, and refused what can be refused', () => {
		const verbs = [
			'earn',
			'spend',
			'giveBack',
			'takeBack',
			'movePoints',
			'extend',
			'lapse',
			'earn of a type',
			'takeBack of a type',
			'movePoints of a type',
			'extend of a type',
			'lapse of a type',
			'credit',
			'debit',
			'move',
			'hold',
			'capture',
			'release'
		];
		for (const verb of verbs) expect(tally[verb]?.done, verb).toBeGreaterThan(0);
		for (const verb of ['spend', 'giveBack', 'movePoints of a type', 'debit', 'hold'])
			expect(tally[verb]?.refused, verb).toBeGreaterThan(0);
		expect(debts, 'points of a type were owed').toBeGreaterThan(0);
	});
});
