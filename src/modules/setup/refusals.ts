import { declareRefusals } from '#core/refusal';

export const setupRefusals = declareRefusals({
	/** not the code of the newest start */
	'setup.code_wrong': 'unauthenticated',
	/** `minutes` until the next try; a new start makes a new code */
	'setup.locked': 'limited',
	/** somebody has founded the house already */
	'setup.done': 'conflict'
});
