import type { Quote } from './contract.ts';

/** What a cashier and a member agree to when they say yes to a quote: nothing else may make it stale. */
export function agreed(quote: Omit<Quote, 'fingerprint'>) {
	const byId = (a: [string, number], b: [string, number]) => (a[0] < b[0] ? -1 : 1);
	return {
		currency: quote.currency,
		lines: quote.lines.map(({ productId, quantity, unitCents, netCents, giftCard }) => {
			const goods = [productId, quantity, unitCents, netCents];
			return giftCard ? [...goods, giftCard.deed, giftCard.id] : goods;
		}),
		discounts: quote.applied.map((right): [string, number] => [right.id, right.cents]).sort(byId),
		pointsSpent: quote.pointsSpent,
		giftCards: quote.giftCards
			.filter((card) => card.cents > 0)
			.map((card): [string, number] => [card.id, card.cents])
			.sort(byId),
		toPayCents: quote.toPayCents,
		pointsEarned: quote.pointsEarned,
		...(quote.typesEarned ? { typesEarned: quote.typesEarned.map(({ typeId, points }) => [typeId, points]) } : {})
	};
}

/**
 * A short name for what was agreed: 32 hexadecimal digits. It finds differences; it is no seal against forgery and need
 * not be one, since the server compares it with a quote of its own.
 */
export function fingerprintOf(quote: Omit<Quote, 'fingerprint'>): string {
	const text = JSON.stringify(agreed(quote));
	return hash(text, 0x9e3779b9) + hash(text, 0x85ebca6b);
}

/**
 * 64 bits of a text in two mixed lanes (bryc's cyrb53 in its 64-bit form, public domain, with the final mix of
 * MurmurHash3). A few lines and both sides of the wire have it; WebCrypto's digests would make the quote asynchronous.
 */
function hash(text: string, seed: number): string {
	let a = 0xdeadbeef ^ seed;
	let b = 0x41c6ce57 ^ seed;
	for (let i = 0; i < text.length; i++) {
		const unit = text.charCodeAt(i);
		a = Math.imul(a ^ unit, 2654435761);
		b = Math.imul(b ^ unit, 1597334677);
	}
	a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
	b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
	return hex(b) + hex(a);
}

const hex = (word: number): string => (word >>> 0).toString(16).padStart(8, '0');
