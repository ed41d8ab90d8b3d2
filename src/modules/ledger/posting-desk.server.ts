import { present } from '#core/must';
import { bucketOf, groupCommit, perDatabase } from '#platform/batch';
import { sqlState, type Db } from '#platform/db';
import { postPlain } from './plain.server.ts';
import { namesOf, postAll, type Posting, type PostingAnswer } from './post.server.ts';

/** A process's queue for postings: those that arrive together leave together, one answer each. */
export interface PostingDesk {
	/**
	 * @returns as `post` answers it, with the balance of the account (a move's payer) after it; a replay tells the first's
	 */
	post(posting: Posting, now: Date): Promise<PostingAnswer>;
}

interface Waiting {
	posting: Posting;
	now: Date;
}

/** A key that somebody else took meanwhile: everything of the batch is undone, and asked again it is another's. */
async function again<T>(run: () => Promise<T>): Promise<T> {
	for (let attempt = 1; ; attempt++) {
		try {
			return await run();
		} catch (error) {
			if (attempt >= 5 || sqlState(error) !== '23505') throw error;
		}
	}
}

/** A batch happens at one instant: that of its latest posting. */
const latest = (waiting: readonly Waiting[]): Date => new Date(Math.max(...waiting.map(({ now }) => now.getTime())));

/** What became of one: a batch of which a part is posted never fails as a whole, so that nothing is posted again. */
type Outcome = { answer: PostingAnswer } | { error: unknown };

/** By the book, and one by one should that fail, so that one caller's trouble stays theirs. */
async function byBook(db: Db, postings: readonly Posting[], now: Date): Promise<Outcome[]> {
	try {
		return (await again(() => postAll(db, postings, now))).map((answer) => ({ answer }));
	} catch (error) {
		if (postings.length === 1) return [{ error }];
		const outcomes: Outcome[] = [];
		for (const posting of postings) outcomes.push(...(await byBook(db, [posting], now)));
		return outcomes;
	}
}

/**
 * What is plain is posted by one statement, without a transaction around it: nearly everything. The rest goes by the book
 * right after it; as long as either is under way, nobody else in this process posts for their owners, so that an owner's
 * postings keep their order.
 */
async function postBatch(db: Db, waiting: readonly Waiting[]): Promise<Outcome[]> {
	const now = latest(waiting);
	const postings = waiting.map(({ posting }) => posting);
	const outcomes = (await again(() => postPlain(db, postings, now))).map(
		(posted): Outcome | null =>
			posted && {
				answer: { ok: true, transferIds: [posted.transferId], replayed: false, balance: posted.balance }
			}
	);
	const rest = postings.filter((_, place) => outcomes[place] === null);
	const others = rest.length > 0 ? (await byBook(db, rest, now)).values() : [].values();
	return outcomes.map((outcome) => outcome ?? present(others.next().value, 'the book answers each posting'));
}

export function openPostingDesk(db: Db): PostingDesk {
	const queue = groupCommit<Waiting, Outcome>((waiting) => postBatch(db, waiting), {
		most: 64,
		inFlight: 2,
		beside: 16,
		locks: ({ posting }) => namesOf(posting),
		// The owner, of a move the payer.
		bucket: ({ posting }) => bucketOf(namesOf(posting)[0] ?? '')
	});
	return {
		async post(posting, now) {
			const outcome = await queue({ posting, now });
			if ('error' in outcome) throw outcome.error;
			return outcome.answer;
		}
	};
}

/** The posting desk of this process for a database, with one queue however many requests ask for it. */
export const postingDeskOf = perDatabase(openPostingDesk);
