import { isPending, type HistoryEntry } from '#ledger';
import { m } from '#messages';

/** The ledger's reasons in words, seen from the owner of the account. */
const reasons: Record<string, () => string> = {
	earned: m.admin_reason_earned,
	spent: m.admin_reason_spent,
	expired: m.admin_reason_expired,
	inactive: m.admin_reason_inactive,
	matured: m.admin_reason_matured,
	taken_back: m.admin_reason_taken_back,
	given_back: m.admin_reason_given_back,
	issued: m.admin_reason_issued,
	activated: m.admin_reason_activated,
	topped_up: m.admin_reason_topped_up,
	corrected: m.admin_reason_adjusted,
	replaced: m.admin_reason_replaced,
	cards_merged: m.admin_reason_cards_merged,
	expiry_lifted: m.admin_reason_expiry_lifted,
	card_taken_back: m.admin_reason_taken_back,
	charged: m.admin_reason_charged,
	refunded: m.admin_reason_given_back,
	adjusted: m.admin_reason_adjusted,
	extended: m.admin_reason_extended,
	transferred: m.admin_reason_transferred,
	merged: m.admin_reason_merged,
	pooled: m.admin_reason_pooled,
	unpooled: m.admin_reason_unpooled,
	erased: m.admin_reason_erased
};

/** Why something moved; a reason that is newer than this page is shown as it is written. */
export const reasonOf = (entry: HistoryEntry): string => reasons[entry.reason]?.() ?? entry.reason;

/** On which of an owner's accounts it moved, where that needs to be said. */
export function accountOf(entry: HistoryEntry): string | null {
	if (isPending(entry.account)) return m.admin_account_pending();
	return entry.account === 'debt' || entry.account.startsWith('debt:') ? m.admin_account_debt() : null;
}

/** The page that tells more about it, or null. */
export const pageOfRef = (ref: string | null): string | null =>
	ref?.startsWith('rcp_') ? `/admin/receipts/${ref}` : null;
