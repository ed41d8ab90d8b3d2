import type { Step } from './contract.ts';

/** A step with what is not said left at nothing. */
export function stepOf(code: Step['code'], said: Partial<Omit<Step, 'code'>>): Step {
	return { code, lineKey: null, rightId: null, giftCardId: null, cents: 0, points: 0, details: {}, ...said };
}
