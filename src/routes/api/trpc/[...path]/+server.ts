import type { RequestHandler } from './$types';
import { log } from '#platform/log';
import { answerTrpc } from '#platform/trpc';
import { contextOf } from '#wiring/context.server';
import { appRouter } from '#wiring/router.server';

const answer: RequestHandler = (event) =>
	answerTrpc(appRouter, event.request, contextOf(event), (error, { path }) =>
		log.error('call.failed', error, { path })
	);

export const GET = answer;
export const POST = answer;
