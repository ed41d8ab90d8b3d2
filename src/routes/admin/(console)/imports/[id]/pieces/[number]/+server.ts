import { json } from '@sveltejs/kit';
import type { RequestHandler } from './$types';

/**
 * One piece of a file that is being imported. Files come in pieces, so that none is ever whole in memory, none is too
 * large for whatever stands in between, and a lost connection loses one piece.
 */
export const PUT: RequestHandler = async ({ locals, params, request }) => {
	const bytes = new Uint8Array(await request.arrayBuffer());
	return json(await locals.api.admin.imports.piece({ id: params.id, number: Number(params.number), bytes }));
};
