import { invalidate, invalidateAll } from '$app/navigation';
import { navigating } from '$app/state';

/**
 * Reads what a page shows anew, because it changed elsewhere. It waits for a navigation that is under way: SvelteKit
 * (2.70) drops a navigation when an invalidation begins meanwhile, and whoever had pressed a link would wait for ever.
 * @param what the name that the page's load depends on; everything when left out
 */
export async function reread(what?: string): Promise<void> {
	while (navigating.complete) await navigating.complete.catch(() => {});
	await (what === undefined ? invalidateAll() : invalidate(what));
}
