import type { Table } from 'drizzle-orm';
import type { Reads, Tx } from '#platform/db';
import type { AtStake } from './index.ts';

/** What of `AtStake` a module knows. */
export type Stake = Partial<AtStake>;

/**
 * What a module does with what it keeps about members when two become one, when one is erased, and when one asks for
 * everything. Every table that names members belongs to the steps of its module: a test walks all tables and finds the
 * ones that nobody answers for. Wiring collects the steps; customers runs them in one transaction, in the order in which
 * a sale locks (members, vouchers, gift cards, accounts).
 */
export interface MemberSteps {
	/** rows that change their owner with a merge: afterwards none of them names who was merged */
	moves: readonly Table[];
	/**
	 * rows that stay as they were written, since they tell what happened (receipts, entries) or are over in minutes:
	 * whoever reads them by member asks for the member's whole family (`familyOf`)
	 */
	stays: readonly Table[];
	/** Both members are locked. `ref` names the merge in the ledger. */
	merge(tx: Tx, merging: Merging, now: Date): Promise<void>;
	/** Takes personal data away; facts about money stay, under ids that name nobody. The members are locked. */
	erase(tx: Tx, memberIds: readonly string[], now: Date): Promise<void>;
	/** What members give up who are erased now. */
	atStake?(reads: Reads, memberIds: readonly string[], now: Date): Promise<Stake>;
	/** Everything that is kept about a member, by a name for it; plain data that survives JSON. */
	exportOf(reads: Reads, memberIds: readonly string[], now: Date): Promise<Record<string, object[]>>;
}

export interface Merging {
	/** who goes */
	from: string;
	/** who stays */
	into: string;
	ref: string;
}
