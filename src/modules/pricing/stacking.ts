import type { Right } from './contract.ts';
import type { Why } from './effects/contract.ts';

const clashes = ['one_per_receipt', 'one_of_its_kind', 'one_of_group'] as const satisfies Why[];

/** Why two rights do not go together on one receipt; null: they do. */
export function clashOf(a: Right, b: Right): (typeof clashes)[number] | null {
	if (a.stacking.kind === 'alone' || b.stacking.kind === 'alone') return 'one_per_receipt';
	if (a.sourceId === b.sourceId) return 'one_of_its_kind';
	const group = a.stacking.kind === 'group' ? a.stacking.group : null;
	return b.stacking.kind === 'group' && b.stacking.group === group ? 'one_of_group' : null;
}

/** Whether a refusal says that another right stands in the way, so that it could be used instead. */
export const isClash = (code: string): boolean => clashes.some((why) => code.endsWith(`.${why}`));
