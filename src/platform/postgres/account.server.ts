import { readFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';

/** The operating system's account that Postgres runs as; null is our own. */
export interface Account {
	name: string;
	uid: number;
	gid: number;
}

/** Postgres refuses to run as root: root lends it one of these, the first that the machine has. */
const lendable = ['pareto', 'postgres', 'nobody'];

export const isRoot = (): boolean => process.getuid?.() === 0;

function accounts(): Account[] {
	return readFileSync('/etc/passwd', 'utf8')
		.split('\n')
		.map((line) => line.split(':'))
		.filter((fields) => fields.length >= 4)
		.map(([name = '', , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }));
}

/**
 * Who runs the cluster in `data`: whoever owns it already, so that an account added to the machine later does not lock
 * the cluster; for a new one the first account we may lend. Null when we are not root.
 */
export async function accountFor(data: string): Promise<Account | null> {
	if (!isRoot()) return null;
	const known = accounts();
	const owner = await stat(data).catch(() => null);
	if (owner && owner.uid !== 0) {
		return (
			known.find((account) => account.uid === owner.uid) ?? { name: String(owner.uid), uid: owner.uid, gid: owner.gid }
		);
	}
	for (const name of lendable) {
		const account = known.find((candidate) => candidate.name === name && candidate.uid !== 0);
		if (account) return account;
	}
	throw new Error(
		'Postgres does not run as root, and this machine has no account to lend it. Add one (useradd --system pareto), ' +
			'start as an ordinary user, or set DATABASE_URL to a server of your own.'
	);
}
