import { customerSteps, type MemberSteps } from '#customers/server';
import { giftCardSteps } from '#giftcards/server';
import { groupSteps } from '#groups/server';
import { pointSteps } from '#points/server';
import { purchaseSteps } from '#purchases/server';
import { reminderSteps } from '#reminders/server';
import { voucherSteps } from '#vouchers/server';

/**
 * What every module does when members are merged, erased or told what is kept about them, in the order in which a sale
 * locks: vouchers, gift cards, accounts; whose accounts
 * they are is settled before anything moves between them. Customers locks the members first, and forgets who somebody is last.
 */
export const memberSteps: readonly MemberSteps[] = [
	voucherSteps,
	giftCardSteps,
	groupSteps,
	pointSteps,
	purchaseSteps,
	reminderSteps,
	customerSteps
];
