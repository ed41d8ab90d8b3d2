import { best, subjectsOf, type Figure } from './figures.ts';
import { readingOf, settle, type Reading } from './measure.ts';
import { rowsOf, type Measured, type Round } from './results.ts';
import type { Running } from './subjects.ts';

/** Opens a subject by its name. */
export type Opener = (subject: string) => Promise<Running>;

/** A guess for what was never measured. */
const guessedRate = 1000;

/** Figures, round by round. A figure and its yardstick follow each other at once, and take turns in who comes first. */
export class Rounds {
	readonly #open: Opener;
	readonly #say: (sentence: string) => void;
	readonly #seconds: number;
	readonly #breath: () => Promise<void>;
	readonly #running = new Map<string, Running>();
	readonly #rates = new Map<string, number>();
	/** everything that was measured so far, whatever comes later */
	readonly seen: Measured[] = [];
	/** what T stands for */
	#best = 'tpcb-32';

	/** @param breath between two measurements */
	constructor(open: Opener, seconds: number, say: (sentence: string) => void, breath = settle) {
		this.#breath = breath;
		this.#open = open;
		this.#seconds = seconds;
		this.#say = say;
	}

	/** The name behind T, and any other name itself. */
	real(subject: string): string {
		return subject === best ? this.#best : subject;
	}

	/** Whatever was meant for the first time is slower than ever after. */
	async warmUp(figures: readonly Figure[]): Promise<void> {
		for (const subject of new Set(figures.flatMap(subjectsOf).map((name) => this.real(name)))) {
			this.#say(`warming up: ${subject}`);
			await this.#read(subject, 1);
		}
	}

	/** Everything in turn, again and again: what disturbs the machine for a while disturbs a round of all. */
	async measure(figures: readonly Figure[], rounds: number): Promise<Measured[]> {
		const measured = figures.map((figure): Measured => ({ figure, rounds: [] }));
		this.seen.push(...measured);
		for (let round = 1; round <= rounds; round++)
			for (const one of measured) {
				one.rounds.push(await this.#round(one.figure, round));
				const told = rowsOf({ ...one, rounds: one.rounds.slice(-1) });
				const ratios = told.map(
					({ what, ratio, yardstick }) => `${what} ${ratio.median.toFixed(2)}${yardstick ? ' ×' : ''}`
				);
				this.#say(`round ${round} of ${rounds}  ${one.figure.name}: ${ratios.join(', ')}`);
			}
		return measured;
	}

	/** T from now on: the better of the two in these rounds, of which 32 was measured against 8. */
	chooseBest(measured: readonly Measured[]): void {
		const row = measured.flatMap(rowsOf).find(({ of, what }) => of === 'tpcb-32' && what === 'rate');
		if (row) this.#best = row.ratio.median >= 1 ? 'tpcb-32' : 'tpcb-8';
	}

	async #round(figure: Figure, round: number): Promise<Round> {
		const names = subjectsOf(figure);
		const subjects = [...new Set(names.map((name) => this.real(name)))];
		if (round % 2 === 0) subjects.reverse();
		const readings = new Map<string, Reading>();
		for (const subject of subjects) readings.set(subject, await this.#read(subject, this.#seconds));
		return Object.fromEntries(names.map((name) => [name, readings.get(this.real(name)) ?? {}]));
	}

	async #read(subject: string, seconds: number): Promise<Reading> {
		const running = this.#running.get(subject) ?? (await this.#open(subject));
		this.#running.set(subject, running);
		// Half as much again as it did last time, and some for all callers at once.
		await running.prepare?.(Math.ceil((this.#rates.get(subject) ?? guessedRate) * 1.5 * seconds) + 500);
		await this.#breath();
		const reading = readingOf(await running.measure(seconds));
		if (!reading.count) throw new Error(`${subject} did nothing in ${seconds} s: give it more --seconds.`);
		this.#rates.set(subject, reading.rate ?? guessedRate);
		return reading;
	}
}
