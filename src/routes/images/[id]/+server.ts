import { error } from '@sveltejs/kit';
import { database } from '#platform/pool';
import { findImage } from '#stores/server';
import type { RequestHandler } from './$types';

/**
 * A picture of goods: nobody's secret, and the same for ever, since a changed one has another id. Whatever is in it, the
 * browser takes it for a picture and nothing else.
 */
export const GET: RequestHandler = async ({ params }) => {
	const image = await findImage(database().db, params.id);
	if (!image) error(404, 'not found');
	return new Response(image.bytes as BodyInit, {
		headers: {
			'content-type': image.contentType,
			'content-length': String(image.bytes.length),
			'cache-control': 'public, max-age=31536000, immutable',
			'x-content-type-options': 'nosniff',
			'content-security-policy': "default-src 'none'; sandbox"
		}
	});
};
