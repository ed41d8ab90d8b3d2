import { declareRefusals } from '#core/refusal';
import { minute, second } from '#core/time';
import { onShutdown } from './lifecycle.server.ts';
import type { Changes } from './live.server.ts';

/**
 * Changes as server-sent events: `changed` with the ids, or with none when the line was broken and everything is to be
 * read again. Comments keep proxies from closing a quiet stream.
 */
export const streamRefusals = declareRefusals({
	/** one person has too many pages open */
	'live.too_many': 'limited'
});

export interface StreamOptions {
	/** milliseconds between comments on a quiet stream */
	heartbeat?: number;
	/** milliseconds until the stream ends by itself, so that whoever was signed out is asked again */
	lifetime?: number;
}

/** A browser holds six connections to one host; a few devices of one person are fine. */
const streamsPerViewer = 24;
const open = new Map<string, number>();

/**
 * Streams changes of these owners' things to one viewer until they go, the app stops, or the stream's time is over.
 * @param viewer whose streams are counted together
 * @throws live.too_many
 */
export function streamChanges(
	changes: Changes,
	{ viewer, ownerIds, now }: { viewer: string; ownerIds: readonly string[]; now: () => Date },
	{ heartbeat = 20 * second, lifetime = 30 * minute }: StreamOptions = {}
): Response {
	const count = open.get(viewer) ?? 0;
	if (count >= streamsPerViewer) throw streamRefusals.refuse('live.too_many');
	open.set(viewer, count + 1);

	const text = new TextEncoder();
	let close = () => {};
	const body = new ReadableStream<Uint8Array>({
		start(controller) {
			const say = (line: string) => controller.enqueue(text.encode(line));
			const unsubscribe = changes.subscribe(ownerIds, (ids) => {
				say(`event: changed\ndata: ${JSON.stringify(ids ?? [])}\n\n`);
			});
			const beat = setInterval(() => say(':\n\n'), heartbeat);
			const end = setTimeout(() => close(), lifetime);
			const forget = onShutdown('a live stream', () => close(), 'draining');
			close = () => {
				close = () => {};
				unsubscribe();
				clearInterval(beat);
				clearTimeout(end);
				forget();
				const left = (open.get(viewer) ?? 1) - 1;
				if (left > 0) open.set(viewer, left);
				else open.delete(viewer);
				try {
					controller.close();
				} catch {
					// The viewer closed it already.
				}
			};
			// The server's instant goes along: a wallet whose device has a wrong clock draws its code by ours.
			say(`event: ready\ndata: ${JSON.stringify({ now: now() })}\n\n`);
		},
		cancel: () => close()
	});
	return new Response(body, {
		headers: {
			'content-type': 'text/event-stream; charset=utf-8',
			'cache-control': 'no-store, no-transform',
			// nginx collects answers unless told not to
			'x-accel-buffering': 'no'
		}
	});
}
