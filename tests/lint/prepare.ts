import { createServer } from 'vite';

/** Writes what the type checker reads and Vite makes on the way: the message functions and kit's types of the routes. */
const server = await createServer({
	logLevel: 'warn',
	server: { middlewareMode: true, hmr: false, ws: false, watch: null }
});
await server.close();
process.exit(0);
