import { Chance } from '#wiring/demo/chance';

/** Chance that can be repeated, as the simulations throw it. */
export class Dice extends Chance {
	/** True so often in a hundred. */
	chance(percent: number): boolean {
		return this.next() * 100 < percent;
	}

	/** One of the names, by its weight. */
	weighed<K extends string>(weights: Record<K, number>): K {
		const names = Object.keys(weights) as K[];
		return this.weighted(names, (name) => weights[name]);
	}
}
