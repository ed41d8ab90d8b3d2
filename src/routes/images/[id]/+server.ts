import { error } from '@sveltejs/kit';
import { pictureOf } from '#wiring/images.server';
import type { RequestHandler } from './$types';

export const GET: RequestHandler = async ({ params }) => (await pictureOf(params.id)) ?? error(404, 'not found');
