import type { Ask, Facts } from '#pricing';

/** Milliseconds in which several changes become one question. */
const pause = 150;

/**
 * Keeps a sale's facts fresh: asks the server after a change, once for several that follow each other quickly, and
 * drops answers to questions that a later change has overtaken.
 */
export class FactsFeed {
	/** `behind`: the server was not reached; the quote rests on what the till knew before */
	state = $state<'fresh' | 'asking' | 'behind'>('fresh');
	#asked = 0;
	#timer: ReturnType<typeof setTimeout> | undefined;
	readonly #gather: (ask: Ask) => Promise<Facts>;
	readonly #learn: (facts: Facts) => void;
	readonly #failed: (error: unknown) => void;

	/**
	 * @param learn takes over what the server answered
	 * @param failed is told when it did not
	 */
	constructor(
		gather: (ask: Ask) => Promise<Facts>,
		learn: (facts: Facts) => void,
		failed: (error: unknown) => void = () => {}
	) {
		this.#gather = gather;
		this.#learn = learn;
		this.#failed = failed;
	}

	/** Something changed that only the server knows all about. `ask` is read when the question is put. */
	want(ask: () => Ask): void {
		const asked = ++this.#asked;
		this.state = 'asking';
		clearTimeout(this.#timer);
		this.#timer = setTimeout(() => void this.#put(asked, ask), pause);
	}

	/** The sale is over or sent: answers under way are not wanted any more. */
	stop(): void {
		this.#asked++;
		clearTimeout(this.#timer);
		this.state = 'fresh';
	}

	async #put(asked: number, ask: () => Ask): Promise<void> {
		try {
			const facts = await this.#gather(ask());
			if (asked !== this.#asked) return;
			this.#learn(facts);
			this.state = 'fresh';
		} catch (error) {
			if (asked !== this.#asked) return;
			this.state = 'behind';
			this.#failed(error);
		}
	}
}
