import { eq } from 'drizzle-orm';
import { newId } from '#core/ids';
import type { Reads, Tx } from '#platform/db';
import { keepTrail, withoutCodes, type By } from '#platform/trail';
import { imageForm, largestImage, widestImage } from './image-form.ts';
import { lockProduct } from './products.server.ts';
import { storesRefusals } from './refusals.ts';
import { productImages, products } from './tables.server.ts';

const { refuse } = storesRefusals;

/**
 * Gives a product a picture, in place of the one it had. What it is is read from its bytes; they are kept as they came.
 * @throws `product.unknown`, `image.form`, `image.too_large` with `megabytes` and `pixels`
 */
export async function giveImage(
	tx: Tx,
	{ productId, bytes }: { productId: string; bytes: Uint8Array },
	by: By,
	now: Date
): Promise<{ imageId: string }> {
	const form = imageForm(bytes);
	if (!form) throw refuse('image.form');
	if (bytes.length > largestImage || Math.max(form.width, form.height) > widestImage)
		throw refuse('image.too_large', { megabytes: largestImage / 1_000_000, pixels: widestImage });
	const imageId = newId('image', now);
	await tx
		.insert(productImages)
		.values({ id: imageId, productId: (await lockProduct(tx, productId)).id, ...form, bytes, createdAt: now });
	await setImage(tx, productId, imageId, by, now);
	return { imageId };
}

/** @throws `product.unknown` */
export async function takeImageAway(tx: Tx, { productId }: { productId: string }, by: By, now: Date): Promise<void> {
	await setImage(tx, productId, null, by, now);
}

async function setImage(tx: Tx, productId: string, imageId: string | null, by: By, now: Date): Promise<void> {
	const before = await lockProduct(tx, productId);
	if (before.imageId === imageId) return;
	await tx
		.update(products)
		.set({ imageId, version: before.version + 1, updatedAt: now })
		.where(eq(products.id, productId));
	if (before.imageId) await tx.delete(productImages).where(eq(productImages.id, before.imageId));
	const subject = { kind: 'product', id: productId };
	const deed = { action: 'product.pictured', subject, title: withoutCodes(before.name) };
	await keepTrail(tx, by, { ...deed, before: { imageId: before.imageId }, after: { imageId } }, now);
}

/** A picture's bytes and what they are; null: there is none of this id. */
export async function findImage(reads: Reads, id: string): Promise<{ contentType: string; bytes: Uint8Array } | null> {
	const [row] = await reads
		.select({ contentType: productImages.contentType, bytes: productImages.bytes })
		.from(productImages)
		.where(eq(productImages.id, id));
	return row ?? null;
}
