import { execFileSync } from 'node:child_process';
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createBrotliDecompress } from 'node:zlib';
import { decompress } from 'wawoff2';

/**
 * A Chromium from npm with everything it needs: its libraries (a bare machine has none of them) and fonts for all our
 * languages (a bare machine has no font at all). Unpacked once per version, in a place that appears whole.
 */
export interface Chromium {
	executablePath: string;
	env: Record<string, string>;
	args: string[];
}

const require = createRequire(import.meta.url);
const cache = resolve(import.meta.dirname, '..', '..', 'node_modules', '.cache');
/** Goes up when what is unpacked changes. */
const edition = 1;

const packageFolder = (name: string): string => {
	const entry = require.resolve(name);
	const end = join('node_modules', name);
	return entry.slice(0, entry.lastIndexOf(end) + end.length);
};

async function inflate(source: string, target: string): Promise<void> {
	await pipeline(createReadStream(source), createBrotliDecompress(), createWriteStream(target, { mode: 0o755 }));
}

async function inflateArchive(source: string, folder: string): Promise<void> {
	const archive = join(folder, basename(source, '.br'));
	await inflate(source, archive);
	execFileSync('tar', ['-xf', archive, '-C', folder, '--no-same-owner']);
	await rm(archive);
}

/** Chromium's own font reader does not know woff2: the fonts that npm brings are turned into what it knows. */
async function unpackFonts(folder: string): Promise<void> {
	await mkdir(folder, { recursive: true });
	for (const name of ['noto-sans-sc', 'vazirmatn']) {
		const files = join(dirname(require.resolve(`@fontsource-variable/${name}/package.json`)), 'files');
		for (const file of (await readdir(files)).filter((file) => file.endsWith('-normal.woff2'))) {
			await writeFile(
				join(folder, file.replace('.woff2', '.ttf')),
				await decompress(await readFile(join(files, file)))
			);
		}
	}
}

const fontsConfiguration = (home: string): string => `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
	<dir>${join(home, 'fonts')}</dir>
	<cachedir>${join(home, 'font-cache')}</cachedir>
</fontconfig>
`;

/**
 * Where the fonts are, said anew at each start: fontconfig wants whole paths, and a project folder may be moved or copied
 * with everything in it. One that says the same is left alone, another is replaced at once, for who reads it meanwhile.
 */
export async function sayWhereFontsAre(home: string): Promise<string> {
	const file = join(home, 'fonts.conf');
	const wanted = fontsConfiguration(await realpath(home));
	if ((await readFile(file, 'utf8').catch(() => null)) === wanted) return file;
	const fresh = `${file}.${process.pid}`;
	await writeFile(fresh, wanted);
	await rename(fresh, file);
	return file;
}

async function unpack(home: string): Promise<void> {
	await mkdir(cache, { recursive: true });
	const bin = join(packageFolder('@sparticuz/chromium'), 'bin');
	const fresh = await mkdtemp(`${home}.new-`);
	try {
		await inflate(join(bin, 'chromium.br'), join(fresh, 'chromium'));
		for (const archive of ['al2023', 'swiftshader', 'fonts'])
			await inflateArchive(join(bin, `${archive}.tar.br`), fresh);
		await unpackFonts(join(fresh, 'fonts'));
		await rename(fresh, home).catch((error: NodeJS.ErrnoException) => {
			if (!existsSync(home)) throw error;
		});
	} finally {
		await rm(fresh, { recursive: true, force: true });
	}
}

/** Where it is; `CHROMIUM` in the environment names another one (needed on anything but Linux on x64). */
export async function chromium(): Promise<Chromium> {
	const args = ['--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update'];
	args.push('--disable-sync', '--disable-gpu', '--no-sandbox');
	const own = process.env.CHROMIUM;
	if (own) return { executablePath: own, env: {}, args };
	if (process.platform !== 'linux' || process.arch !== 'x64')
		throw new Error(
			'npm has a Chromium for Linux on x64 only: name one of your own, CHROMIUM=/path/to/chromium npm test'
		);
	const { version } = JSON.parse(await readFile(join(packageFolder('@sparticuz/chromium'), 'package.json'), 'utf8'));
	const home = join(cache, `chromium-${version}-${edition}`);
	if (!existsSync(home)) await unpack(home);
	return {
		executablePath: join(home, 'chromium'),
		env: { LD_LIBRARY_PATH: join(home, 'lib'), FONTCONFIG_FILE: await sayWhereFontsAre(home) },
		args
	};
}
