import { tick } from 'svelte';

/** What is refused, in the order of the page: fields that are wrong, else the sentence that says what went wrong. */
function firstWrong(within: HTMLElement): HTMLElement | null {
	const first = (which: string) =>
		[...within.querySelectorAll<HTMLElement>(which)].find((one) => one.checkVisibility({ visibilityProperty: true })) ??
		null;
	return first('[aria-invalid="true"]') ?? first('[data-refused], [role="alert"]');
}

/** What of it takes the keyboard: of a group its chosen or its first control; a sentence is made to take it. */
function takerOf(wrong: HTMLElement): HTMLElement {
	if (wrong.matches('input, select, textarea, button')) return wrong;
	const inside = wrong.querySelector<HTMLElement>('input:checked, input:not(:disabled), select, textarea');
	if (inside && wrong.matches('[aria-invalid="true"]')) return inside;
	wrong.tabIndex = -1;
	return wrong;
}

/** Moves the keyboard to the first thing that is wrong there and brings it into view. @returns whether anything is */
export function pointTo(within: HTMLElement): boolean {
	const wrong = firstWrong(within);
	if (!wrong) return false;
	const taker = takerOf(wrong);
	const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
	taker.focus({ preventScroll: true });
	wrong.scrollIntoView({ block: 'center', behavior: calm ? 'auto' : 'smooth' });
	return true;
}

/**
 * For a form, or what holds one: after a refused save the first wrong field has the keyboard and is in view; where no
 * field is wrong, the refusal. An answer that comes later is waited for, until somebody goes on typing: then nothing
 * takes the keyboard away.
 */
export function pointing(within: HTMLElement): () => void {
	let calm: ReturnType<typeof setTimeout> | undefined;
	// An answer is shown in steps: the sentence first, then the fields it is about. What counts is where that ends.
	const watch = new MutationObserver(() => {
		clearTimeout(calm);
		calm = setTimeout(() => pointTo(within) && watch.disconnect(), 30);
	});
	const stop = () => {
		clearTimeout(calm);
		watch.disconnect();
	};
	async function sent() {
		stop();
		await tick();
		if (!pointTo(within))
			watch.observe(within, { subtree: true, childList: true, attributes: true, attributeFilter: ['aria-invalid'] });
	}
	within.addEventListener('submit', sent);
	within.addEventListener('input', stop);
	return () => {
		stop();
		within.removeEventListener('submit', sent);
		within.removeEventListener('input', stop);
	};
}
