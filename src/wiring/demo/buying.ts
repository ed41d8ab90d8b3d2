import { day, hour, later, localDay, minute, startOfDay } from '#core/time';
import type { Chance } from './chance.ts';

/**
 * How the demo's members buy: the Pareto/NBD story (Schmittlein, Morrison and Colombo 1987, “Counting your customers”)
 * with spend per visit from a gamma-gamma mix (Fader, Hardie and Lee 2005). While alive a member comes at random with an
 * own rate; after an unobserved time the member leaves for good. Rates, lives and means differ between members by gamma
 * distributions; a handful are set to be very large.
 */
export const model = {
	/** visits per day while alive ~ Gamma(shape, rate): mean one visit in 24 days, very unequal */
	visits: { shape: 0.55, rate: 13 },
	/** chance to leave, per day ~ Gamma(shape, rate): mean life about 300 days */
	leaving: { shape: 1.2, rate: 260 },
	/** mean lines per visit ~ Gamma(shape, rate) */
	lines: { shape: 4, rate: 1.6 },
	/** one member in so many is very large */
	largeOneIn: 160
} as const;

export interface Visit {
	member: number;
	at: Date;
	lines: number;
}

export interface Life {
	/** days before the end of the year at which the member joined */
	joinedDaysAgo: number;
	ratePerDay: number;
	leavesAfterDays: number;
	meanLines: number;
	large: boolean;
}

export function lifeOf(chance: Chance): Life {
	const large = chance.yes(1 / model.largeOneIn);
	return {
		joinedDaysAgo: chance.yes(0.55) ? 364 + chance.next() : 2 + chance.next() * 362,
		ratePerDay: large ? 0.22 + chance.next() * 0.2 : Math.min(0.6, chance.gamma(model.visits.shape, model.visits.rate)),
		leavesAfterDays: large
			? 200 + chance.next() * 600
			: chance.exponential(Math.max(1e-4, chance.gamma(model.leaving.shape, model.leaving.rate))),
		meanLines: large ? 9 + chance.next() * 8 : 0.8 + chance.gamma(model.lines.shape, model.lines.rate),
		large
	};
}

/** The visits of one life, from the joining visit to leaving or the end of the year, inside opening hours. */
export function visitsOf(member: number, life: Life, end: Date, timeZone: string, chance: Chance): Visit[] {
	const visits: Visit[] = [];
	for (let since = 0; since < life.leavesAfterDays; since += chance.exponential(life.ratePerDay)) {
		const daysAgo = life.joinedDaysAgo - since;
		if (daysAgo < 0) break;
		const opening = startOfDay(localDay(later(end, -daysAgo * day), timeZone), timeZone);
		// Two humps, before work and after it: 08:00 to 20:00.
		const oClock = chance.yes(0.4) ? 8.2 + Math.abs(chance.normal()) * 1.6 : 16.8 + chance.normal() * 1.7;
		const at = later(opening, Math.min(19.95, Math.max(8, oClock)) * hour + chance.whole(0, 59) * 1000);
		if (at >= later(end, -minute)) continue;
		visits.push({ member, at, lines: Math.max(1, Math.min(40, Math.round(chance.gamma(3, 3 / life.meanLines)))) });
	}
	return visits;
}
