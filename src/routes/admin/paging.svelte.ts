import { afterNavigate } from '$app/navigation';
import { page } from '$app/state';
import { withQuery } from './address.ts';

/**
 * The steps through a list whose place is in the address as a cursor (`?after=`). A cursor only knows what follows, so the
 * way back is the browser's own, and the list's beginning for whoever came by a link. Call it while a component is made.
 */
export function paging(nextCursor: () => string | null) {
	let within = $state(false);
	afterNavigate(({ from }) => {
		within = from?.url.pathname === page.url.pathname;
	});
	return {
		get previous(): string | (() => void) | null {
			if (!page.url.searchParams.has('after')) return null;
			return within ? () => history.back() : withQuery(page.url, { after: null });
		},
		get next(): string | null {
			const cursor = nextCursor();
			return cursor === null ? null : withQuery(page.url, { after: cursor });
		}
	};
}
