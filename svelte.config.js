import adapter from '@sveltejs/adapter-node';
import { vitePreprocess } from '@sveltejs/vite-plugin-svelte';

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
				return config;
			}
		}
	}
};
