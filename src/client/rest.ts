import type { ApiRefusal, ErrorData } from './trpc.ts';

/** A call that was not answered as hoped. `data` null: no answer of ours came at all. */
export class RestFault extends Error {
	override name = 'RestFault';
	readonly data: ErrorData | null;

	constructor(data: ErrorData | null, cause?: unknown) {
		super(data?.refusal?.code ?? (data ? 'the server failed' : 'no answer'), { cause });
		this.data = data;
	}

	get refusal(): ApiRefusal | null {
		return this.data?.refusal ? { ...this.data.refusal, attachment: this.data.attachment } : null;
	}
}

/** Milliseconds after which an answer is not waited for any longer: a write may then have happened or not. */
const patience = 15_000;

/**
 * Sends JSON to one of our addresses, with the face's own cookie.
 * @throws RestFault: a refusal, a failure of the server, or no answer (no network, a timeout, a proxy's page)
 */
export async function post<Answer>(
	path: string,
	body: unknown,
	fetch: typeof globalThis.fetch = (...args) => globalThis.fetch(...args)
): Promise<Answer> {
	let status: number;
	let text: string;
	try {
		const answer = await fetch(path, {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify(body),
			signal: AbortSignal.timeout(patience)
		});
		status = answer.status;
		text = await answer.text();
	} catch (error) {
		throw new RestFault(null, error);
	}
	const said = read(text);
	// What is no object of ours came from something in between, whatever its status.
	if (said === null) throw new RestFault(null);
	if (status === 200) return said as Answer;
	if (!('refusal' in said)) throw new RestFault(null);
	const { refusal = null, attachment = null, requestId = null } = said as Partial<ErrorData>;
	throw new RestFault({ refusal, attachment, requestId });
}

function read(text: string): object | null {
	try {
		const value: unknown = JSON.parse(text);
		return typeof value === 'object' ? value : null;
	} catch {
		return null;
	}
}
