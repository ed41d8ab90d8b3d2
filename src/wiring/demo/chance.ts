/** Chance that is the same every time: everything the demo shop draws comes from one seed, and so does a simulation. */
export class Chance {
	#state: number;

	constructor(seed: number) {
		this.#state = seed >>> 0;
	}

	/** Uniform in [0, 1): mulberry32 (Tommy Ettinger, public domain). */
	next(): number {
		this.#state = (this.#state + 0x6d2b79f5) >>> 0;
		let t = this.#state;
		t = Math.imul(t ^ (t >>> 15), t | 1);
		t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
		return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
	}

	/** A whole number from `from` to `to`, both included. */
	whole(from: number, to: number): number {
		return from + Math.floor(this.next() * (to - from + 1));
	}

	yes(probability: number): boolean {
		return this.next() < probability;
	}

	pick<T>(things: readonly T[]): T {
		return things[Math.floor(this.next() * things.length)] as T;
	}

	/** One of the things, each as likely as its weight says. */
	weighted<T>(things: readonly T[], weight: (thing: T) => number): T {
		let left = this.next() * things.reduce((total, thing) => total + weight(thing), 0);
		for (const thing of things) {
			left -= weight(thing);
			if (left < 0) return thing;
		}
		return things[things.length - 1] as T;
	}

	/** Standard normal: Box and Muller (1958). */
	normal(): number {
		return Math.sqrt(-2 * Math.log(1 - this.next())) * Math.cos(2 * Math.PI * this.next());
	}

	exponential(rate: number): number {
		return -Math.log(1 - this.next()) / rate;
	}

	/** Gamma with mean shape ÷ rate: Marsaglia and Tsang (2000). */
	gamma(shape: number, rate: number): number {
		if (shape < 1) return this.gamma(shape + 1, rate) * Math.pow(1 - this.next(), 1 / shape);
		const d = shape - 1 / 3;
		const c = 1 / Math.sqrt(9 * d);
		for (;;) {
			const x = this.normal();
			const v = Math.pow(1 + c * x, 3);
			if (v > 0 && Math.log(1 - this.next()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return (d * v) / rate;
		}
	}
}
