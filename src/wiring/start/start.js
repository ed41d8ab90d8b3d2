// The first file of the app, in plain JavaScript that any Node reads: it looks at the Node it got before anything that
// an old one would stumble over. TypeScript is run as it is, so Node must know how to strip types.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 17)) {
	console.error(
		`Pareto needs Node 22.17 or newer; this is ${process.versions.node} (${process.execPath}).\n` +
			'On Linux with glibc, npm brings a newer Node of its own: use "npm ci" and then "npm start", not this file alone.\n' +
			'Elsewhere install one from https://nodejs.org/ and try again.'
	);
	process.exit(1);
}

if (process.features.typescript) {
	await import('./main.server.ts');
} else {
	// Node 22.17 strips types only when asked to.
	const flags = [...process.execArgv, '--experimental-strip-types', '--disable-warning=ExperimentalWarning'];
	const child = spawn(process.execPath, [...flags, fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
		stdio: 'inherit'
	});
	for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
		// A terminal sends Ctrl-C to both of us; what was sent to us alone is passed on.
		process.on(signal, () => signal !== 'SIGINT' && child.kill(signal));
	}
	child.once('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
}
