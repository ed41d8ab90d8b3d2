import type { CommitOutcome } from './commit.ts';
import type { Shelf } from './keep.ts';
import type { Attempt } from './sale.svelte.ts';
import type { SlipCode, TillServer } from './server.ts';

/** A deed on the screen whose new cards' codes are on no paper yet: what it was, and the keys that it was sent with. */
export interface Unfinished {
	kind: 'receipt' | 'slip';
	number: string;
	keys: string[];
}

type Sold = Pick<Extract<CommitOutcome, { kind: 'done' }>, 'receipt' | 'codes' | 'exchanged'>;

/**
 * Keeps over a reload which deed is on the screen, while it has codes that are nowhere else. The codes themselves stay on
 * the server: whoever has the deed's keys is told them again.
 */
export class Paper {
	readonly #shelf: Shelf;
	readonly #server: Pick<TillServer, 'codesAgain'>;

	constructor(shelf: Shelf, server: Pick<TillServer, 'codesAgain'>) {
		this.#shelf = shelf;
		this.#server = server;
	}

	/** A sale was answered. */
	sold({ key, goods }: Attempt, { receipt, codes, exchanged }: Sold): void {
		const keys = [key, ...(goods ? [goods.key] : [])];
		this.keep({ kind: 'receipt', number: receipt.number, keys }, [...codes, ...(exchanged?.codes ?? [])]);
	}

	/** @param codes without any there is nothing to lose */
	keep(unfinished: Unfinished, codes: readonly SlipCode[]): void {
		if (codes.length > 0) this.#shelf.write(unfinished);
		else this.done();
	}

	done(): void {
		this.#shelf.clear();
	}

	/** What was on the screen, with its codes; null: nothing that would be lost. @throws what the server's call does */
	async again(): Promise<(Unfinished & { codes: SlipCode[] }) | null> {
		const kept = this.#shelf.read<Unfinished>();
		if (!kept) return null;
		const codes = await this.#server.codesAgain(kept.keys);
		if (codes.length > 0) return { ...kept, codes };
		this.done();
		return null;
	}
}
