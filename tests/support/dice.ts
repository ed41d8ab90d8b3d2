/** Chance that can be repeated: the same seed gives the same throws (mulberry32, Tommy Ettinger, public domain). */
export class Dice {
	#state: number;

	constructor(seed: number) {
		this.#state = seed >>> 0;
	}

	/** at least 0, less than 1 */
	next(): number {
		this.#state = (this.#state + 0x6d2b79f5) >>> 0;
		let t = this.#state;
		t = Math.imul(t ^ (t >>> 15), t | 1);
		t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
		return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
	}

	/** A whole number, both ends included. */
	whole(from: number, to: number): number {
		return from + Math.floor(this.next() * (to - from + 1));
	}

	/** True so often in a hundred. */
	chance(percent: number): boolean {
		return this.next() * 100 < percent;
	}

	pick<T>(list: readonly T[]): T {
		if (list.length === 0) throw new Error('nothing to pick from');
		return list[Math.floor(this.next() * list.length)] as T;
	}

	/** One of the names, by its weight. */
	weighed<K extends string>(weights: Record<K, number>): K {
		const all = Object.entries(weights) as [K, number][];
		let at = this.next() * all.reduce((total, [, weight]) => total + weight, 0);
		for (const [name, weight] of all) if ((at -= weight) < 0) return name;
		return (all[0] as [K, number])[0];
	}
}
