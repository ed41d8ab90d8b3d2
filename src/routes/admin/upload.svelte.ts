import { newId } from '#core/ids';
import { api, isNetworkTrouble, refusalOf } from '#client/trpc.ts';
import { m } from '#messages';

const tries = 5;
const wait = (milliseconds: number) => new Promise((done) => setTimeout(done, milliseconds));

/** A file on its way to the server: read and sent a piece at a time, a lost piece again. */
export class Upload {
	/** how much has arrived, 0…1; null: nothing is under way */
	share = $state<number | null>(null);
	problem = $state<string | null>(null);
	#stopped = false;

	/** @returns the import's id, or null when it was refused, stopped, or nothing answers */
	async send(kind: string, file: File, aboutId: string | null = null): Promise<string | null> {
		this.problem = null;
		this.#stopped = false;
		this.share = 0;
		try {
			const about = { kind, aboutId, fileName: file.name.slice(0, 200) || 'file.csv', bytes: file.size };
			const { id, pieceBytes } = await api.admin.imports.begin.mutate({ key: newId('request'), ...about });
			for (let number = 0; number * pieceBytes < file.size; number++) {
				if (this.#stopped) return null;
				const piece = file.slice(number * pieceBytes, (number + 1) * pieceBytes);
				if (!(await this.#sendPiece(`/admin/imports/${id}/pieces/${number}`, piece))) return null;
				this.share = Math.min(1, ((number + 1) * pieceBytes) / file.size);
			}
			return id;
		} catch (error) {
			this.problem =
				refusalOf(error)?.sentence ?? (isNetworkTrouble(error) ? m.admin_no_answer() : m.common_error_text());
			return null;
		} finally {
			this.share = null;
		}
	}

	stop(): void {
		this.#stopped = true;
	}

	async #sendPiece(address: string, piece: Blob): Promise<boolean> {
		for (let attempt = 1; ; attempt++) {
			try {
				const answer = await fetch(address, {
					method: 'PUT',
					body: piece,
					headers: { 'content-type': 'application/octet-stream', accept: 'application/json' }
				});
				if (answer.ok) return true;
				if (answer.status < 500) {
					this.problem = ((await answer.json()) as { message?: string }).message ?? m.common_error_text();
					return false;
				}
			} catch {
				// No network: the same piece again, which changes nothing if it had arrived.
			}
			if (attempt === tries || this.#stopped) {
				this.problem = m.admin_import_upload_lost();
				return false;
			}
			await wait(attempt * 700);
		}
	}
}
