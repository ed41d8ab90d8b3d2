import { day } from '#core/time';
import type { HeldCard } from '#giftcards';
import type { HeldVoucher } from '#vouchers';

/** Something that can be used and ends, or just lies there to be used. */
export type Soon =
	| { kind: 'voucher'; id: string; endsAt: Date | null; voucher: HeldVoucher }
	| { kind: 'card'; id: string; endsAt: Date; card: HeldCard };

const shown = 3;
/** A card that lasts for years is no news. */
const cardDays = 90;

/** What a shopper should think of next: what ends first; where nothing ends, the vouchers they have. */
export function endingNext(
	{ vouchers, giftCards }: { vouchers: readonly HeldVoucher[]; giftCards: readonly HeldCard[] },
	now: Date
): Soon[] {
	const things: Soon[] = vouchers
		.filter(({ state }) => state === 'ready')
		.map((voucher) => ({ kind: 'voucher', id: voucher.codeId, endsAt: voucher.endsAt, voucher }));
	for (const card of giftCards) {
		if (!card.expiresAt || card.expiresAt.getTime() - now.getTime() > cardDays * day) continue;
		things.push({ kind: 'card', id: card.id, endsAt: card.expiresAt, card });
	}
	const end = ({ endsAt }: Soon) => endsAt?.getTime() ?? Number.MAX_SAFE_INTEGER;
	return things.sort((a, b) => end(a) - end(b)).slice(0, shown);
}
