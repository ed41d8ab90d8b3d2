/** Short words about what just happened. They are also read out; nothing is said only here. */
export interface Toast {
	id: number;
	text: string;
	tone: 'plain' | 'good' | 'bad';
	action?: { label: string; run: () => void };
	/** stays until somebody closes it */
	lasting: boolean;
}

let shown = $state<Toast[]>([]);
let last = 0;
const clocks: Record<number, ReturnType<typeof setTimeout>> = {};

/** The toasts on the screen, oldest first. */
export const toasts = (): readonly Toast[] => shown;

/**
 * Shows a toast for as long as it takes to read it (3 to 6 s); one with an action or about a failure
 * stays until it is closed. At most three: the oldest makes room. Does nothing on the server.
 * @param options `passing`: it goes away by itself whatever it says, and takes the place of what was there
 */
export function toast(
	text: string,
	options: { tone?: Toast['tone']; action?: Toast['action']; passing?: boolean } = {}
): void {
	if (typeof window === 'undefined') return;
	const { tone = 'plain', action, passing = false } = options;
	const id = ++last;
	const lasting = !passing && (tone === 'bad' || action !== undefined);
	if (passing) hush();
	shown = [...shown.slice(-2), { id, text, tone, lasting, ...(action ? { action } : {}) }];
	if (!lasting) linger(id, text);
}

/** Takes all toasts away: what they were about is over. */
export function hush(): void {
	for (const { id } of shown) dismiss(id);
}

function linger(id: number, text: string): void {
	clocks[id] = setTimeout(() => dismiss(id), Math.min(6000, Math.max(3000, 1500 + text.length * 50)));
}

/** Takes a toast away. */
export function dismiss(id: number): void {
	clearTimeout(clocks[id]);
	delete clocks[id];
	shown = shown.filter((one) => one.id !== id);
}

/** Keeps all toasts while somebody points at them, and lets them go on afterwards. */
export function hold(held: boolean): void {
	for (const one of shown) {
		if (one.lasting) continue;
		clearTimeout(clocks[one.id]);
		if (!held) linger(one.id, one.text);
	}
}
