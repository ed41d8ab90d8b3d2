import { accountNames, unitOf, type Life as RealLife, type PointsBalance } from '#ledger';
import { moneyOf, openBook, pointsOf, type Book } from '#ledger/server';
import { inTransaction, type Db, type Tx } from '#platform/db';
import { day, type Command, type Kind, type Life, type Part } from './ledger-model.ts';

/** Carries the model's commands out on the real ledger, and puts its answers in the model's words. */

interface Parted {
	endsAt: Date | string | null;
	points: number;
}

const partsOf = (parts: readonly Parted[]): Part[] =>
	parts.map(({ endsAt, points }) => ({ due: endsAt === null ? null : new Date(endsAt).getTime(), points }));

/** Types are known to the ledger by their ids alone. */
const typeIdOf = (kind: Kind): string | null => (kind === null ? null : `pty_${kind}`);

const seen = (points: PointsBalance | undefined) => ({
	spendable: points?.spendable,
	pending: points?.pending,
	debt: points?.debt,
	lots: partsOf(points?.lots ?? []),
	maturing: partsOf((points?.maturing ?? []).map((part) => ({ endsAt: part.maturesAt, points: part.points })))
});

const lifeOf = (life: Life, now: number): RealLife =>
	life.kind === 'forever'
		? { potDays: null, endsAt: null }
		: { potDays: life.kind === 'pot' ? life.days : null, endsAt: new Date(now + life.days * day) };

export class Runner {
	readonly #db: Db;
	readonly #prefix: string;
	/** real ids of holds by the model's names */
	readonly #holds = new Map<string, { ownerId: string; holdId: string }>();

	constructor(db: Db, prefix: string) {
		this.#db = db;
		this.#prefix = prefix;
	}

	id = (owner: number): string => `${this.#prefix}_${owner}`;
	#ref = (ref: string): string => `${this.#prefix}_${ref}`;

	/** One transaction with these commands. `committing` is called while all its owners are still locked. */
	async run<T>(commands: readonly Command[], now: number, committing?: (answers: unknown[]) => T): Promise<unknown[]> {
		const owners = commands
			.flatMap((command) => [command.owner, ...('to' in command ? [command.to] : [])])
			.map(this.id);
		const refs = commands.flatMap((command) => ('ofRef' in command ? [this.#ref(command.ofRef)] : []));
		const holds = commands.flatMap((command) => ('hold' in command ? (this.#holds.get(command.hold) ?? []) : []));
		return inTransaction(this.#db, async (tx) => {
			const book = await openBook(tx, owners, new Date(now), { lock: true, refs, holds });
			const answers = commands.map((command) => this.#apply(book, command, now));
			await book.write(tx);
			committing?.(answers);
			return answers;
		});
	}

	#apply(book: Book, command: Command, now: number): unknown {
		const ownerId = this.id(command.owner);
		switch (command.verb) {
			case 'earn':
			case 'spend':
			case 'giveBack':
			case 'takeBack':
			case 'movePoints':
			case 'extend':
			case 'lapse':
				return this.#points(book, command, now);
			default: {
				book.openAccount({ ownerId, name: accountNames.money, unit: 'EUR' });
				if (command.verb === 'move') book.openAccount({ ownerId: this.id(command.to), name: 'money', unit: 'EUR' });
				return this.#money(book, command, now);
			}
		}
	}

	#points(book: Book, command: Command, now: number): unknown {
		const ownerId = this.id(command.owner);
		const unit = unitOf('kind' in command ? typeIdOf(command.kind) : null);
		const common = { reason: command.verb, ref: 'ref' in command ? this.#ref(command.ref) : '', unit };
		switch (command.verb) {
			case 'earn': {
				const { points, life, pendingDays } = command;
				const maturesAt = pendingDays === null ? null : new Date(now + pendingDays * day);
				const done = book.earn({ ownerId, points, ...lifeOf(life, now), maturesAt, ...common });
				return done.ok ? { toDebt: done.toDebt, toPot: done.toPot, toPending: done.toPending } : done.refusal.code;
			}
			case 'spend': {
				const done = book.spend({ ownerId, points: command.points, ...common });
				return done.ok ? { consumed: partsOf(done.consumed) } : done.refusal.code;
			}
			case 'giveBack': {
				const { points, already: alreadyGivenBack, minimumDays } = command;
				const minimumEndsAt = new Date(now + minimumDays * day);
				const ofRef = this.#ref(command.ofRef);
				const done = book.giveBack({ ownerId, ofRef, points, alreadyGivenBack, minimumEndsAt, ...common });
				return done.ok ? { toDebt: done.toDebt, given: partsOf(done.given) } : done.refusal.code;
			}
			case 'takeBack': {
				const done = book.takeBack({ ownerId, ofRef: this.#ref(command.ofRef), points: command.points, ...common });
				if (!done.ok) return done.refusal.code;
				return { fromPending: done.fromPending, fromSpendable: done.fromSpendable, owed: done.owed };
			}
			case 'movePoints': {
				const { to, points } = command;
				const done = book.movePoints({ fromOwnerId: ownerId, toOwnerId: this.id(to), points, ...common });
				return done.ok ? { toDebt: done.toDebt } : done.refusal.code;
			}
			case 'extend': {
				const endsAt = new Date(now + command.days * day);
				return { points: book.extend({ ownerId, endsAt, ...common }).points };
			}
			case 'lapse':
				return { points: book.lapse({ ownerId, ...common }).points };
			default:
				throw new Error('not a verb of points');
		}
	}

	#money(book: Book, command: Command, now: number): unknown {
		const ownerId = this.id(command.owner);
		const money = { name: accountNames.money, unit: 'EUR', reason: command.verb };
		const ref = 'ref' in command ? this.#ref(command.ref) : null;
		const told = (answer: { ok: true } | { ok: false; refusal: { code: string } }) =>
			answer.ok ? 'ok' : answer.refusal.code;
		switch (command.verb) {
			case 'credit':
			case 'debit':
				return told(book[command.verb]({ ownerId, ...money, amount: command.cents, ref, counterName: 'house' }));
			case 'move': {
				const from = { ownerId, name: accountNames.money };
				const to = { ownerId: this.id(command.to), name: accountNames.money };
				return told(book.move({ from, to, unit: 'EUR', amount: command.cents, reason: 'move', ref }));
			}
			case 'hold': {
				const expiresAt = new Date(now + command.days * day);
				const done = book.hold({ ownerId, ...money, amount: command.cents, expiresAt, ref });
				if (done.ok) this.#holds.set(command.ref, { ownerId, holdId: done.holdId });
				return told(done);
			}
			case 'capture':
			case 'release': {
				const { holdId } = this.#holds.get(command.hold) ?? { holdId: 'hld_none' };
				if (command.verb === 'release') return told(book.release({ ownerId, holdId }));
				const how = { amount: command.cents, counterName: 'house', reason: 'capture', ref };
				return told(book.capture({ ownerId, holdId, ...how }));
			}
			default:
				throw new Error('not a verb of money');
		}
	}

	/** What can be seen from outside, in the model's words. */
	async view(owner: number, now: number) {
		const id = this.id(owner);
		const tx = this.#db as unknown as Tx;
		const points = (await pointsOf(tx, [id], new Date(now))).get(id);
		const money = (await moneyOf(tx, [id], new Date(now))).get(id);
		return { ...seen(points), cents: money?.balance ?? 0, available: money?.available ?? 0 };
	}

	/** Points of each of these types, of each owner. */
	async types(owners: readonly number[], kinds: readonly number[], now: number) {
		const ids = owners.map(this.id);
		const book = await openBook(this.#db as unknown as Tx, ids, new Date(now), { lock: false });
		return ids.map((id) => kinds.map((kind) => seen(book.points(id, unitOf(typeIdOf(kind))))));
	}
}
