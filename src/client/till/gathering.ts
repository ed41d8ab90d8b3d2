import type { Ask, Facts } from '#pricing';
import type { Exchanging, OpenSale } from './sale.svelte.ts';
import type { TillServer } from './server.ts';

/** The server's facts of the open sale, and the vouchers it holds for that. */
export class Gathering {
	readonly #server: Pick<TillServer, 'facts' | 'exchangeFacts'>;
	readonly #sale: OpenSale;
	readonly #currency: () => string;
	/** the sale whose vouchers are held for this till */
	#holding: string | null = null;

	constructor(server: Pick<TillServer, 'facts' | 'exchangeFacts'>, sale: OpenSale, currency: () => string) {
		this.#server = server;
		this.#sale = sale;
		this.#currency = currency;
	}

	/** An open sale's vouchers are held for it; those it does not ask for any more are let go with the same question. */
	async facts(ask: Ask): Promise<Facts> {
		const { key, exchange } = this.#sale;
		const wanted = ask.rightIds.length > 0;
		const basket = wanted || this.#holding === key ? key : null;
		if (exchange && !basket) return this.#exchangeFacts(exchange, ask);
		const facts = await this.#server.facts(ask, basket);
		if (basket) this.#holding = wanted ? key : null;
		return exchange ? this.#exchangeFacts(exchange, ask) : facts;
	}

	/** As they are once the goods are back: their points can pay again. */
	async #exchangeFacts({ request: { key: _, ...goods } }: Exchanging, ask: Ask): Promise<Facts> {
		const { given, facts } = await this.#server.exchangeFacts(goods, ask, this.#sale.key);
		this.#sale.learnExchange(given);
		return facts;
	}

	/** The sale was given up: its vouchers are free for other tills. Should that not arrive, they are so after a while. */
	letGo(): void {
		const basket = this.#holding;
		if (!basket) return;
		this.#holding = null;
		const nothing = { currency: this.#currency(), lines: [] };
		this.#server
			.facts({ memberId: null, basket: nothing, rightIds: [], giftCards: [], points: 0 }, basket)
			.catch(() => undefined);
	}

	/** The sale was done with them. */
	used(): void {
		this.#holding = null;
	}
}
