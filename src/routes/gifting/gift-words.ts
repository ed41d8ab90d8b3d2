import type { GiftState } from '#giftcards';
import { m } from '#messages';

/** What became of a gift, for its giver and for the console. */
export const giftStateNames: Record<GiftState, () => string> = {
	waiting: m.gift_state_waiting,
	sending: m.gift_state_sending,
	sent: m.gift_state_sent,
	passed: m.gift_state_passed,
	undelivered: m.gift_state_undelivered,
	opened: m.gift_state_opened,
	claimed: m.gift_state_claimed,
	cancelled: m.gift_state_cancelled
};

export const giftStateTones: Record<GiftState, 'neutral' | 'accent' | 'good' | 'bad'> = {
	waiting: 'neutral',
	sending: 'neutral',
	sent: 'neutral',
	passed: 'neutral',
	undelivered: 'bad',
	opened: 'accent',
	claimed: 'good',
	cancelled: 'neutral'
};
