import type { CardState } from '#giftcards';
import { m } from '#messages';

export const cardStateNames: Record<CardState, () => string> = {
	active: m.admin_card_state_active,
	inactive: m.admin_card_state_inactive,
	blocked: m.admin_card_state_blocked,
	expired: m.admin_card_state_expired,
	replaced: m.admin_card_state_replaced
};

export const cardStateTones: Record<CardState, 'good' | 'warn' | 'bad' | 'neutral'> = {
	active: 'good',
	inactive: 'warn',
	blocked: 'bad',
	expired: 'neutral',
	replaced: 'neutral'
};
