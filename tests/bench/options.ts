import { parseArgs } from 'node:util';
import { figures } from './figures.ts';

export interface Options {
	/** how long each subject is measured in each round */
	seconds: number;
	rounds: number;
	members: number;
	/** of the yardstick: 100,000 accounts, 10 tellers and 1 branch each */
	tpcbScale: number;
	yardstick: 'pgbench' | 'statements' | null;
	/** further numbers of callers for commits through the module */
	callers: number[];
	/** beginnings of figures' names; null: all */
	only: string[] | null;
	/** points that fall due in one go */
	lots: number;
	long: boolean;
	/** that the server's memory is watched over, with `long` */
	commits: number;
	/** numbers of members whose figures are told as growth; null: the ordinary table */
	sizes: number[] | null;
	/** where everything is written */
	json: string;
	/** an earlier run's JSON */
	compare: string | null;
}

export const usage = `npm run bench -- [options]

  --seconds N        how long each is measured in each round (2)
  --rounds N         pairs of a figure and its yardstick (7)
  --members N        members who buy (100000)
  --only A,B,…       some figures (commit is all whose names begin with commit-):
                     ${figures.map(({ name }) => name).join(', ')}
  --callers A,B,…    commits through the module at further numbers of callers as well, up to 512
  --lots N           lots that expire in one go (100000; with --long 1000000)
  --long             what takes long as well: a table of 5,000,000 accounts, memory over --commits
  --commits N        that the server's memory is watched over with --long (1000000)
  --scale            instead: what 100,000 and 1,000,000 members do to figures, against 10,000
  --sizes A,B,…      of --scale (10000,100000,1000000)
  --tpcb-scale N     of the yardstick's tables (50: 5,000,000 accounts)
  --yardstick NAME   pgbench, or statements: the same through postgres.js (pgbench where there is one)
  --json FILE        where everything is written (bench.json)
  --compare FILE     tells what changed since that file was written

As it stands it takes about ten minutes on two cores, --scale as long, --long an hour or two; --seconds 1 --rounds 1 shows
within two minutes whether it runs, --only commit-http --long --seconds 1 --rounds 1 goes straight to the memory. Cut off by
Ctrl-C, a run tells and writes what it saw. DATABASE_URL chooses the server (databases of the benchmark's own are made there and
dropped); without it an embedded one is started in a temporary folder.`;

/** Asked for in a way that cannot be carried out; the sentence says why. */
export class OptionFault extends Error {}

/** Whether a figure was asked for by its name, or by the beginning that it shares with others. */
export const isOf = (figure: string, asked: string): boolean => figure === asked || figure.startsWith(`${asked}-`);

/** @throws OptionFault */
export function readOptions(args: string[]): Options | 'help' {
	const values = parsed(args);
	if (values.help) return 'help';
	const only = values.only?.split(',') ?? null;
	const strange = only?.find((name) => !figures.some((figure) => isOf(figure.name, name)));
	if (strange !== undefined) throw new OptionFault(`--only does not know "${strange}".`);
	const { yardstick = null } = values;
	if (yardstick !== null && yardstick !== 'pgbench' && yardstick !== 'statements')
		throw new OptionFault(`--yardstick is "${yardstick}": give pgbench or statements.`);
	const sizes = numbersIn('sizes', values.sizes, 100, 10_000_000);
	if (values.scale && sizes.length < 2) throw new OptionFault('--sizes needs two sizes or more, the smallest first.');
	return {
		seconds: numberIn('seconds', values.seconds, 1, 3600),
		rounds: numberIn('rounds', values.rounds, 1, 100),
		members: numberIn('members', values.members, 100, 10_000_000),
		tpcbScale: numberIn('tpcb-scale', values['tpcb-scale'], 1, 1000),
		yardstick,
		callers: values.callers === undefined ? [] : numbersIn('callers', values.callers, 1, 512),
		only,
		lots: numberIn('lots', values.lots ?? (values.long ? '1000000' : '100000'), 1000, 10_000_000),
		long: values.long,
		commits: numberIn('commits', values.commits, 1000, 100_000_000),
		sizes: values.scale ? sizes : null,
		json: values.json,
		compare: values.compare ?? null
	};
}

function parsed(args: string[]) {
	const text = { type: 'string' } as const;
	const flag = { type: 'boolean', default: false } as const;
	try {
		return parseArgs({
			args,
			options: {
				seconds: { ...text, default: '2' },
				rounds: { ...text, default: '7' },
				members: { ...text, default: '100000' },
				'tpcb-scale': { ...text, default: '50' },
				yardstick: text,
				callers: text,
				only: text,
				lots: text,
				long: flag,
				commits: { ...text, default: '1000000' },
				scale: flag,
				sizes: { ...text, default: '10000,100000,1000000' },
				json: { ...text, default: 'bench.json' },
				compare: text,
				help: { ...flag, short: 'h' }
			}
		}).values;
	} catch (error) {
		throw new OptionFault((error as Error).message);
	}
}

const numbersIn = (name: string, text: string, from: number, to: number): number[] =>
	text.split(',').map((one) => numberIn(name, one, from, to));

function numberIn(name: string, text: string, from: number, to: number): number {
	const value = Number(text);
	if (!Number.isInteger(value) || value < from || value > to)
		throw new OptionFault(`--${name} is "${text}": give a whole number from ${from} to ${to}.`);
	return value;
}
