import { describe, expect, test } from 'vitest';
import { tally, Walk } from '../support/checkout-walk.ts';

/**
 * The whole checkout against notes on paper. Each seed is one shop with a life of its own: sales, returns, vouchers, gift
 * cards, pending points, changed rules, faults, races and jumps of the clock.
 *
 * SIMULATION_SEED=7 replays one seed (what depends on chance inside the machine, such as the moment of a cut, is not
 * repeated); SIMULATION_SEEDS=300 runs more of them, SIMULATION_STEPS=200 makes each longer.
 */
const { SIMULATION_SEED, SIMULATION_SEEDS, SIMULATION_STEPS } = process.env;
const steps = Number(SIMULATION_STEPS ?? 60);
const many = Number(SIMULATION_SEEDS ?? (SIMULATION_SEED ? 1 : 8));
const first = Number(SIMULATION_SEED ?? Math.floor(Math.random() * 1_000_000));
const seeds = Array.from({ length: many }, (_, n) => first + n);

describe('the checkout, compared with notes on paper', () => {
	test.each(seeds)(
		'agrees with them all the way (seed %i)',
		async (seed) => {
			await new Walk(seed).live(steps);
		},
		steps * 3000
	);

	test.skipIf(many * steps < 480)('has met everything that can happen at a counter', () => {
		const met = (what: string) => expect(tally.get(what) ?? 0, what).toBeGreaterThan(0);
		if (SIMULATION_SEEDS) console.log(Object.fromEntries([...tally].sort()));
		for (const what of ['sold', 'given back', 'races', 'proofs']) met(what);
		// What chance brings now and then is asked of a long run only.
		if (many * steps < 3000) return;
		for (const what of ['sold before', 'given back before', 'thrown away', 'quote.stale', 'key.reused']) met(what);
		for (const what of ['somebody owes points', 'points are pending', 'points had ended unused', 'mature']) met(what);
		for (const kind of ['P0001', '40001', '40P01', 'cut']) met(`fault ${kind}`);
		for (const code of ['points.too_few', 'gift_card.too_little', 'return.nothing_left', 'key.malformed']) met(code);
		for (const why of ['already_used', 'used_up', 'used_by_member', 'other_member', 'paused', 'voided', 'expired'])
			met(`voucher.${why}`);
		for (const what of ['expire', 'cut off', 'cut off too late']) met(what);
		for (const kind of ['points that pay', 'points of a type'])
			for (const what of ['adjusted', 'transferred', 'extended']) met(`${what} ${kind}`);
		for (const what of ['were taken back', 'had ended unused']) met(`points of a type ${what}`);
		met('somebody owes points of a type');
		for (const code of [
			'not_enough',
			'type_unknown',
			'transfer_off',
			'transfer_least',
			'transfer_day_limit',
			'amount_form'
		])
			met(`points.${code}`);
	});
});
