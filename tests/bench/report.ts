import { readFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { changesOf } from './compare.ts';
import type { MemoryTold } from './memory.ts';
import { OptionFault, type Options } from './options.ts';
import { rowsOf, type Measured, type Row } from './results.ts';
import { changesTable } from './table.ts';

/** What stands around the figures. */
export interface Facts {
	/** `PostgreSQL 18.4` */
	server: string;
	/** what runs the yardstick: `pgbench (PostgreSQL) 15.18`; null: growth has none */
	yardstick: string | null;
	/** the subject behind T */
	best: string | null;
	checkpoints: number;
	memory: MemoryTold | null;
	proved: string;
}

/** Everything, for a machine: the rows as they are printed, and every reading behind them. */
export interface Report extends Facts {
	at: string;
	cores: number;
	node: string;
	options: Options;
	rows: Row[];
	measured: { figure: string; rounds: Measured['rounds'] }[];
}

export const reportOf = (measured: readonly Measured[], facts: Facts, options: Options): Report => ({
	at: new Date().toISOString(),
	cores: cpus().length,
	node: process.version,
	...facts,
	options,
	rows: measured.flatMap(rowsOf),
	measured: measured.map(({ figure, rounds }) => ({ figure: figure.name, rounds }))
});

export const headOf = ({ server, yardstick, cores, node, checkpoints, options }: Report): string => {
	const { seconds, rounds, sizes, members, tpcbScale } = options;
	const people = sizes ? `${sizes.join(', ')} members in a database each` : `${members} members`;
	const tpcb = yardstick === null ? '' : ` TPC-B: scale ${tpcbScale}, prepared, by ${yardstick}.`;
	return `${server}, fsync and synchronous_commit on, ${cores} cores, Node ${node}, ${people}.
${rounds} rounds of ${seconds} s each; ${checkpoints} checkpoints meanwhile.${tpcb}
A commit: 5 lines, points earned, a voucher redeemed, a gift card charged. A ratio is the median of the rounds' own; the
spread is where the middle half of them lies.`;
};

export type Earlier = Pick<Report, 'rows' | 'at'>;

/** An earlier run. @throws OptionFault */
export async function readReport(file: string): Promise<Earlier> {
	const text = await readFile(file, 'utf8').catch((error: Error) => {
		throw new OptionFault(`--compare: ${error.message}`);
	});
	try {
		const report = JSON.parse(text) as Partial<Report>;
		if (Array.isArray(report.rows) && report.rows.every((row) => typeof row.ratio === 'object'))
			return { rows: report.rows, at: report.at ?? 'earlier' };
	} catch {
		// Told below.
	}
	throw new OptionFault(`--compare: ${file} was not written by this benchmark.`);
}

export const comparisonOf = (before: Earlier, { rows }: Report): string =>
	`Since ${before.at} (medians of the ratios):\n${changesTable(changesOf(before.rows, rows))}`;
