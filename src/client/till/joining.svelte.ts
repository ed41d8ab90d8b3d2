import { newId } from '#core/ids';
import type { TillServer } from './server.ts';

/** Somebody becomes a member at the counter: with as little as they like to tell, and a card if the shop hands one out. */
export class Joining {
	open = $state(false);
	name = $state('');
	/** an e-mail address or a telephone number */
	contact = $state('');
	/** the code of a plastic card, as it was scanned */
	card = $state('');
	/** they agreed, in front of the cashier */
	programme = $state(false);
	news = $state(false);
	busy = $state(false);
	/** sent, and not known whether it arrived: what was typed stays as it was sent */
	unsent = $state(false);
	/** their member code; null: not joined yet */
	code = $state<string | null>(null);

	readonly #server: Pick<TillServer, 'join' | 'troubleOf'>;
	#key = newId('request');

	constructor(server: Pick<TillServer, 'join' | 'troubleOf'>) {
		this.#server = server;
	}

	/** @param known what is known of them already: a contact or a card that names nobody yet */
	begin(known: { contact?: string; card?: string } = {}): void {
		this.#key = newId('request');
		[this.name, this.contact, this.card] = ['', known.contact ?? '', known.card ?? ''];
		[this.programme, this.news, this.unsent, this.code] = [false, false, false, null];
		this.open = true;
	}

	/** Whether what is scanned now is a card for whoever joins. */
	get wantsCard(): boolean {
		return this.open && this.code === null && !this.busy && !this.unsent;
	}

	/**
	 * Makes them a member.
	 * @returns their member code
	 * @throws what the server refuses; then nothing happened
	 */
	async join(): Promise<string> {
		this.busy = true;
		const told = (text: string) => text.trim() || null;
		try {
			const { code } = await this.#server.join({
				key: this.#key,
				name: told(this.name),
				contact: told(this.contact),
				card: told(this.card),
				agreed: { programme: this.programme, news: this.news }
			});
			this.unsent = false;
			this.code = code;
			return code;
		} catch (error) {
			this.unsent = this.#server.troubleOf(error).kind !== 'refused';
			throw error;
		} finally {
			this.busy = false;
		}
	}
}
