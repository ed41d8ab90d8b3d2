import { json } from '@sveltejs/kit';
import type { RequestHandler } from './$types';

/** A product's picture, as the browser made it ready. */
export const PUT: RequestHandler = async ({ locals, params, request }) => {
	const bytes = new Uint8Array(await request.arrayBuffer());
	return json(await locals.api.admin.stores.giveImage({ productId: params.id, bytes }));
};
