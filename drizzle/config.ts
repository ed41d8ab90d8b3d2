import { defineConfig } from 'drizzle-kit';

/** For `npm run db:generate` alone: the app applies migrations itself (src/platform/migrate.server.ts), nothing is ever pushed. */
export default defineConfig({
	dialect: 'postgresql',
	casing: 'snake_case',
	schema: ['./src/**/tables.server.ts', './src/platform/*.tables.server.ts'],
	out: './drizzle'
});
