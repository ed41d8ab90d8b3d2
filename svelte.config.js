import adapter from '@sveltejs/adapter-node';
import { vitePreprocess } from '@sveltejs/vite-plugin-svelte';
import manifest from './package.json' with { type: 'json' };

const doors = manifest.imports;

/** @type {import('@sveltejs/kit').Config} */
export default {
	preprocess: vitePreprocess(),
	kit: {
		adapter: adapter({ out: 'build' }),
		// Our own handlers check Origin for every content type (kit looks at forms only).
		version: { pollInterval: 0 },
		serviceWorker: { register: false },
		typescript: {
			config: (config) => {
				config.include = [...config.include, '../tests/**/*.ts', '../drizzle/**/*.ts', '../src/**/*.ts'];
				config.exclude = [...(config.exclude ?? []), '../src/paraglide/**'];
				// Package imports that lead to components: the native checker finds components through paths alone, and would
				// take everything about them for `any`.
				const components = Object.entries(doors).filter(
					([name]) => name.startsWith('#ui/') || name.endsWith('.svelte')
				);
				config.compilerOptions.paths = {
					...config.compilerOptions.paths,
					...Object.fromEntries(components.map(([name, path]) => [name, [`.${path}`]]))
				};
				return config;
			}
		}
	}
};
