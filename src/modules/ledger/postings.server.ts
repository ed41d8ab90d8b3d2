import { listOf } from '#platform/bulk';
import { sqlOf, type Tx } from '#platform/db';

/**
 * Whose accounts take what is somebody's. Whoever changes it holds the owners' books (`openBook` with `lock` and `own`), so
 * that everybody who waits for one of them finds the new way; what they had is moved by the verbs of a book.
 */

/** From now on these owners' movements are another's, a purse's; null: their own. */
export async function postTo(tx: Tx, ownerIds: readonly string[], purseId: string | null): Promise<void> {
	await sqlOf(tx).unsafe('update account_owners set posts_to = $2 where owner_id = any($1::text[])', [
		listOf(ownerIds),
		purseId
	]);
}

/** What came to one of these comes to another: to who took their place, or (null) to nobody else any more. */
export async function redirect(tx: Tx, fromOwnerIds: readonly string[], toOwnerId: string | null): Promise<void> {
	await sqlOf(tx).unsafe('update account_owners set posts_to = $2 where posts_to = any($1::text[])', [
		listOf(fromOwnerIds),
		toOwnerId
	]);
}
