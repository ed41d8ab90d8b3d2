import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { onShutdown } from '#platform/lifecycle';
import { project } from './folders.server.ts';
import { trustedHeaders, type Front } from './front.server.ts';
import type { RunningSettings } from '#platform/settings';

/** Tells adapter-node what our own server says about a request; without it, it takes every request for https. */
function tellAdapter({ origin }: RunningSettings): void {
	Object.assign(process.env, {
		ADDRESS_HEADER: trustedHeaders.address,
		PROTOCOL_HEADER: trustedHeaders.protocol,
		HOST_HEADER: trustedHeaders.host,
		BODY_SIZE_LIMIT: '4M'
	});
	if (origin) process.env.ORIGIN = origin;
	else delete process.env.ORIGIN;
	delete process.env.XFF_DEPTH;
	delete process.env.PORT_HEADER;
}

/** The built app behind the front. */
export async function serveBuilt(front: Front, settings: RunningSettings): Promise<void> {
	tellAdapter(settings);
	const { handler } = await import(pathToFileURL(join(project, 'build', 'handler.js')).href);
	front.serve(handler);
}

/** The app from its sources, with Vite's hot reload on the same port. */
export async function serveSources(front: Front): Promise<void> {
	const { createServer } = await import('vite');
	const vite = await createServer({
		root: project,
		server: { middlewareMode: true, hmr: { server: front.server }, allowedHosts: true }
	});
	onShutdown('Vite', () => vite.close());
	// The handler for hot requests is registered by the hooks: they are there before the first request.
	await vite
		.ssrLoadModule('/src/hooks.server.ts')
		.catch((error: Error) => vite.config.logger.error(String(error.stack)));
	front.serve(vite.middlewares as unknown as Parameters<Front['serve']>[0]);
}
