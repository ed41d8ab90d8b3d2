import { parseArgs } from 'node:util';

/** What is measured: the yardstick (by pgbench, or the same statements through postgres.js), and our commits. */
export const kinds = ['pgbench', 'statements', 'module', 'http'] as const;
export type Kind = (typeof kinds)[number];

export interface Options {
	/** how long each figure is measured in each round */
	seconds: number;
	rounds: number;
	members: number;
	/** of the yardstick: 100,000 accounts, 10 tellers and 1 branch each */
	scale: number;
	callers: number[];
	/** null: all that make sense here */
	only: Kind[] | null;
	/** both yardsticks, where pgbench is there */
	both: boolean;
	/** where the figures are written as JSON */
	json: string | null;
}

export const usage = `npm run bench -- [options]

  --seconds N      how long each figure is measured in each round (5)
  --rounds N       how often everything is measured in turn (3)
  --members N      members who buy (10000)
  --scale N        of the TPC-B-like tables (50: 5,000,000 accounts)
  --callers A,B,…  how many call at once (1,8,32)
  --only A,B,…     some of ${kinds.join(', ')}
  --both           both yardsticks: pgbench, and its statements through postgres.js
  --json FILE      writes all figures there

DATABASE_URL chooses the server (databases of the benchmark's own are made there and dropped); without it an embedded
one is started in a temporary folder.`;

/** Asked for in a way that cannot be carried out; the sentence says why. */
export class OptionFault extends Error {}

const isKind = (text: string): text is Kind => (kinds as readonly string[]).includes(text);

/** @throws OptionFault */
export function readOptions(args: string[]): Options | 'help' {
	const text = { type: 'string' } as const;
	const flag = { type: 'boolean', default: false } as const;
	let values;
	try {
		({ values } = parseArgs({
			args,
			options: {
				seconds: { ...text, default: '5' },
				rounds: { ...text, default: '3' },
				members: { ...text, default: '10000' },
				scale: { ...text, default: '50' },
				callers: { ...text, default: '1,8,32' },
				only: text,
				both: flag,
				json: text,
				help: { ...flag, short: 'h' }
			}
		}));
	} catch (error) {
		throw new OptionFault((error as Error).message);
	}
	if (values.help) return 'help';
	const only = values.only?.split(',') ?? null;
	const strange = only?.find((name) => !isKind(name));
	if (strange !== undefined) throw new OptionFault(`--only does not know "${strange}": give ${kinds.join(', ')}.`);
	return {
		seconds: numberIn('seconds', values.seconds, 1, 3600),
		rounds: numberIn('rounds', values.rounds, 1, 100),
		members: numberIn('members', values.members, 1, 1_000_000),
		scale: numberIn('scale', values.scale, 1, 1000),
		callers: values.callers.split(',').map((one) => numberIn('callers', one, 1, 90)),
		only: only as Kind[] | null,
		both: values.both,
		json: values.json ?? null
	};
}

function numberIn(name: string, text: string, from: number, to: number): number {
	const value = Number(text);
	if (!Number.isInteger(value) || value < from || value > to)
		throw new OptionFault(`--${name} is "${text}": give a whole number from ${from} to ${to}.`);
	return value;
}
