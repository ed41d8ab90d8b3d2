/**
 * Live updates in an open page: hears that something of the signed-in person changed, and asks for it to be read again.
 * Also after every gap (the line broke, the page was in the background, the device was offline), since nothing is known
 * of what was missed.
 */
export interface LiveOptions {
	/** where to listen: `/api/live` for the wallet; the path decides whose sign-in counts */
	address: string;
	/** reads again; calls follow each other at some distance, however much changes */
	read: () => unknown;
}

const firstPause = 1000;
const longestPause = 60_000;
/** What a checkout changes comes in several messages: they are read together. */
const together = 120;
const slowStart = 4000;

export class Live {
	/** `open`: changes are heard; `waiting`: not for the moment; `off`: the device has no network, or nobody started it */
	state = $state<'off' | 'waiting' | 'open'>('off');
	/** milliseconds by which the server's clock is ahead of this device's, once it was heard */
	serverAhead = $state(0);

	#options: LiveOptions;
	#source: EventSource | null = null;
	#pause = firstPause;
	#retry: ReturnType<typeof setTimeout> | undefined;
	#reading: ReturnType<typeof setTimeout> | undefined;
	#missed = false;
	#openedBefore = false;

	constructor(options: LiveOptions) {
		this.#options = options;
	}

	/** Begins to listen. @returns ends it */
	start(): () => void {
		const visible = () => (document.visibilityState === 'visible' ? this.#open() : this.#leave());
		const online = () => this.#open();
		const offline = () => this.#leave();
		document.addEventListener('visibilitychange', visible);
		window.addEventListener('online', online);
		window.addEventListener('offline', offline);
		// A page that comes back out of the browser's own store has a dead line.
		window.addEventListener('pageshow', visible);
		visible();
		return () => {
			document.removeEventListener('visibilitychange', visible);
			window.removeEventListener('online', online);
			window.removeEventListener('offline', offline);
			window.removeEventListener('pageshow', visible);
			clearTimeout(this.#reading);
			this.#close();
			this.state = 'off';
		};
	}

	/** A browser holds six connections to a host: a page nobody looks at gives its own back. */
	#leave(): void {
		this.#missed = true;
		this.#close();
		this.state = navigator.onLine ? 'waiting' : 'off';
	}

	#close(): void {
		clearTimeout(this.#retry);
		this.#source?.close();
		this.#source = null;
	}

	#open(): void {
		if (this.#source && this.#source.readyState !== EventSource.CLOSED) return;
		this.#close();
		this.state = navigator.onLine ? 'waiting' : 'off';
		const source = new EventSource(this.#options.address);
		this.#source = source;
		source.addEventListener('ready', (event) => this.#ready(event));
		source.addEventListener('changed', () => this.#readSoon());
		source.addEventListener('error', () => this.#broken(source));
	}

	#ready(event: MessageEvent<string>): void {
		this.state = 'open';
		this.#pause = firstPause;
		const { now } = JSON.parse(event.data) as { now: string };
		this.serverAhead = Date.parse(now) - Date.now();
		// A page that took long to come alive was read long before it began to listen.
		if (this.#missed || (!this.#openedBefore && performance.now() > slowStart)) this.#readSoon();
		this.#missed = false;
		this.#openedBefore = true;
	}

	/** The browser would try again by itself after some breaks, but never after an answer like 503: we always do. */
	#broken(source: EventSource): void {
		if (this.#source !== source) return;
		this.#missed = true;
		this.#close();
		this.state = navigator.onLine ? 'waiting' : 'off';
		// Spread out, so that a thousand wallets do not come back in the same second as the server does.
		this.#retry = setTimeout(() => this.#open(), this.#pause * (0.5 + Math.random()));
		this.#pause = Math.min(this.#pause * 2, longestPause);
	}

	#readSoon(): void {
		clearTimeout(this.#reading);
		this.#reading = setTimeout(() => void this.#options.read(), together);
	}
}
