import type { CodeState } from '#vouchers';
import { m } from '#messages';

export const codeStateNames: Record<CodeState, () => string> = {
	free: m.admin_code_state_free,
	held: m.admin_code_state_held,
	used: m.admin_code_state_used,
	voided: m.admin_code_state_voided
};

export const codeStateTones: Record<CodeState, 'good' | 'neutral' | 'bad'> = {
	free: 'good',
	held: 'good',
	used: 'neutral',
	voided: 'bad'
};
