/**
 * Calls back when something of these owners changed, at most once every `every` milliseconds, and when the page comes
 * back into view after the line was gone. For an effect: returns what ends it.
 */
export function watchChanges(ownerIds: readonly string[], changed: () => void, every = 1500): () => void {
	if (ownerIds.length === 0) return () => {};
	const query = new URLSearchParams(ownerIds.map((id) => ['of', id]));
	let source: EventSource | null = null;
	let clock: ReturnType<typeof setTimeout> | undefined;
	let last = 0;

	const soon = () => {
		if (clock !== undefined) return;
		clock = setTimeout(
			() => {
				clock = undefined;
				last = Date.now();
				changed();
			},
			Math.max(0, last + every - Date.now())
		);
	};
	const open = () => {
		source = new EventSource(`/admin/live?${query}`);
		source.addEventListener('changed', soon);
		// A refusal (too many pages, signed out) closes for good: the page shows what it has.
	};
	// Pages in the background hold no line: a browser has six to one server.
	const turn = () => {
		if (document.visibilityState === 'hidden') {
			source?.close();
			source = null;
		} else if (!source) {
			open();
			soon();
		}
	};
	open();
	document.addEventListener('visibilitychange', turn);
	return () => {
		document.removeEventListener('visibilitychange', turn);
		clearTimeout(clock);
		source?.close();
	};
}
