import { afterNavigate, goto } from '$app/navigation';
import { navigating, page } from '$app/state';
import { withQuery } from './address.ts';

/**
 * A list whose filters and place are in the address. Its place is a cursor (`?after=`), which only knows what follows, so
 * the way back is the browser's own, and the list's beginning for whoever came by a link. Call it while a component is
 * made.
 */
export function listing(nextCursor: () => string | null) {
	let within = $state(false);
	afterNavigate(({ from }) => {
		within = from?.url.pathname === page.url.pathname;
	});
	return {
		/** whether the list is being loaded anew */
		get busy(): boolean {
			return navigating.to?.url.pathname === page.url.pathname;
		},
		get previous(): string | (() => void) | null {
			if (!page.url.searchParams.has('after')) return null;
			return within ? () => history.back() : withQuery(page.url, { after: null });
		},
		get next(): string | null {
			const cursor = nextCursor();
			return cursor === null ? null : withQuery(page.url, { after: cursor });
		},
		/** The same list with other filters; null or nothing takes one away. */
		filter(changes: Record<string, string | null>): void {
			void goto(withQuery(page.url, changes), { keepFocus: true, noScroll: true, replaceState: true });
		},
		/** A side of the list for all, and one for each state. */
		sides<S extends string>(
			all: { label: string; count: string },
			states: readonly S[],
			of: (state: S) => { label: string; count: string }
		) {
			return [
				{ id: 'all', ...all, href: withQuery(page.url, { state: null }) },
				...states.map((state) => ({ id: state, ...of(state), href: withQuery(page.url, { state }) }))
			];
		}
	};
}
