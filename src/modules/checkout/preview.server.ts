import type { RefusalData } from '#core/refusal';
import { MembersMerged } from '#customers/server';
import { groupCommit, lookingBatches, perDatabase } from '#platform/batch';
import type { Db, Reads } from '#platform/db';
import { quote, type Facts, type Quote } from '#pricing';
import { holdForBasket } from '#vouchers/server';
import { askedAnew, Scene, type Wanted } from './gather.server.ts';

interface Waiting {
	wanted: Wanted;
	now: Date;
}

const scenesOf = perDatabase((db) =>
	groupCommit<Waiting, Scene>(async (waiting) => {
		const latest = new Date(Math.max(...waiting.map((one) => one.now.getTime())));
		const asked = waiting.map((one) => one.wanted);
		const scene = await Scene.gather(db, asked, latest, { lock: false });
		return waiting.map(() => scene);
	}, lookingBatches)
);

/**
 * The scene of an ask, read without locks; asks that arrive together share one. It is read after the ask came, so that it
 * knows what was committed before.
 * @throws MembersMerged when its member had been merged
 */
export const sceneTogether = (db: Db, wanted: Wanted, now: Date): Promise<Scene> => scenesOf(db)({ wanted, now });

/** Most vouchers that a basket holds. */
const mostHeld = 50;

type Previewed = { ok: true; facts: Facts; quote: Quote } | { ok: false; refusal: RefusalData };

function previewOn(scene: Scene, wanted: Wanted, now: Date): Previewed {
	const refusal = scene.unknown(wanted);
	if (refusal) return { ok: false, refusal };
	const facts = scene.facts(wanted);
	return { ok: true, facts, quote: quote(wanted.ask, facts, now) };
}

async function following(gather: (wanted: Wanted) => Promise<Scene>, wanted: Wanted, now: Date): Promise<Previewed> {
	try {
		return previewOn(await gather(wanted), wanted, now);
	} catch (error) {
		if (!(error instanceof MembersMerged)) throw error;
		return following(gather, askedAnew(wanted, error.into), now);
	}
}

/** The facts and the quote of an open basket: read without locks. */
export const preview = (reads: Reads, wanted: Wanted, now: Date): Promise<Previewed> =>
	following((asked) => Scene.gather(reads, [asked], now, { lock: false }), wanted, now);

/** The same, for those who ask at the same time. */
export const previewTogether = (db: Db, wanted: Wanted, now: Date): Promise<Previewed> =>
	following((asked) => sceneTogether(db, asked, now), wanted, now);

/**
 * What a till shows of its open basket. With the basket's name its vouchers are held for it, anew each time; asked without
 * vouchers it lets go of them. A held voucher is the basket's: whom it is refused is told by the quote, which sees what
 * others hold.
 */
export async function quoteAtTill(db: Db, wanted: Wanted, now: Date): Promise<Previewed> {
	const { holder, storeId, ask } = wanted;
	if (!holder) return previewTogether(db, wanted, now);
	const codeIds = ask.rightIds.slice(0, mostHeld);
	const held = holdForBasket(db, { ...holder, storeId, codeIds }, now);
	// What a basket holds itself does not count against it: to let go of it need not come first.
	if (codeIds.length > 0) await held;
	const [shown] = await Promise.all([previewTogether(db, wanted, now), held]);
	return shown;
}
