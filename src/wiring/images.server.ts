import { database } from '#platform/pool';
import { findImage } from '#stores/server';

/**
 * A picture of goods: nobody's secret, and the same for ever, since a changed one has another id. Whatever is in it, the
 * browser takes it for a picture and nothing else. Null: there is none.
 */
export async function pictureOf(id: string): Promise<Response | null> {
	const image = await findImage(database().db, id);
	if (!image) return null;
	return new Response(image.bytes as BodyInit, {
		headers: {
			'content-type': image.contentType,
			'content-length': String(image.bytes.length),
			'cache-control': 'public, max-age=31536000, immutable',
			'x-content-type-options': 'nosniff',
			'content-security-policy': "default-src 'none'; sandbox"
		}
	});
}
