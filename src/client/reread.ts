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

/**
 * Reads anew again and again, each time so many milliseconds after the answer to the time before: questions that overtake
 * each other are never answered, and on a slow line the page would stand still. For an effect: returns what ends it.
 */
export function rereadEvery(milliseconds: number, what: string): () => void {
	let ended = false;
	let clock = setTimeout(again, milliseconds);
	async function again(): Promise<void> {
		await reread(what).catch(() => {});
		if (!ended) clock = setTimeout(again, milliseconds);
	}
	return () => {
		ended = true;
		clearTimeout(clock);
	};
}
