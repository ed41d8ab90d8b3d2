import { startApp } from '../support/app.ts';
import { testFolder } from '../support/folders.ts';

/** Starts the app as `npm start` does, with a demo shop of its own; `PARETO_ADDRESS` names a running one instead. */
export default async function setup(): Promise<() => Promise<void>> {
	if (process.env.PARETO_ADDRESS) return async () => {};
	const { folder, clear } = await testFolder('browser');
	const app = startApp({ PARETO_DATA: folder, HOST: '127.0.0.1' });
	const clearUp = async (): Promise<void> => {
		app.signal('SIGTERM');
		await app.exit;
		await clear();
	};
	try {
		process.env.PARETO_ADDRESS = (await app.address()).replace('127.0.0.1', 'localhost');
	} catch (error) {
		await clearUp();
		throw error;
	}
	return clearUp;
}
