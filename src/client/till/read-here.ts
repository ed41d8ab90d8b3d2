import { codeRefusals, isContact, type CodeKind, type Identified } from '#checkout';
import { readCode } from '#core/codes';
import type { RefusalData } from '#core/refusal';
import type { TillCatalogue } from './catalogue.svelte.ts';

/**
 * What the tablet can say of a text without the server: a product it has, a code that cannot be right. A payment card's
 * number must not even leave the tablet.
 */
export function readHere(
	text: string,
	wanted: CodeKind | null,
	catalogue: Pick<TillCatalogue, 'byBarcode'>
): { kind: 'found'; found: Identified } | { kind: 'refused'; refusal: RefusalData } | null {
	if (isContact(text)) return null;
	const reading = readCode(text);
	if (reading.kind === 'paymentCard') return { kind: 'refused', refusal: codeRefusals.data('code.payment_card') };
	if (reading.kind === 'malformed') return { kind: 'refused', refusal: codeRefusals.data('code.malformed') };
	if (reading.kind !== 'other' || (wanted !== null && wanted !== 'product')) return null;
	const product = catalogue.byBarcode(reading.code);
	return product && { kind: 'found', found: { kind: 'product', product } };
}
