import { inArray } from 'drizzle-orm';
import { strToU8, Zip, ZipDeflate } from 'fflate';
import { csvLine, csvMark } from '#core/csv';
import { isLanguage } from '#core/languages';
import { localDay } from '#core/time';
import { inTransaction, type Db } from '#platform/db';
import { programmeOf } from '#stores/server';
import { minorDigits } from '#ui/format.ts';
import { exportWords } from './export-words.server.ts';
import { familyOf } from './family.server.ts';
import { getMember } from './members.server.ts';
import type { MemberSteps } from './steps.server.ts';
import { members } from './tables.server.ts';

/**
 * Everything that the house holds about a member, as a zip: one file for programs, a table of each kind for people, and a
 * page that says what is what, in the member's language. Read as of one moment, one module after the other; what was read
 * is compressed at once, so that of a member of ten years no more than one module's part is in memory as it is. Nothing
 * is written to a disk.
 *
 * Zipped with fflate: no dependencies, 8 kB, releases every year; Node's own zlib knows no archives.
 */
export async function exportMember(
	db: Db,
	{ memberId, steps, language: asked }: { memberId: string; steps: readonly MemberSteps[]; language: string | null },
	now: Date
): Promise<{ fileName: string; bytes: Uint8Array<ArrayBuffer> }> {
	return inTransaction(db, async (tx) => {
		const member = await getMember(tx, memberId);
		const ids = await familyOf(tx, member.id);
		// Whatever is written about a member waits for their row: what is read is of one moment.
		await tx
			.select({ id: members.id })
			.from(members)
			.where(inArray(members.id, ids))
			.orderBy(members.id)
			.for('no key update');
		const { name: programme, timeZone, currency } = await programmeOf(tx);
		const language = asked !== null && isLanguage(asked) ? asked : 'en';
		const words = await exportWords(language);
		const archive = new Archive();
		const json = archive.file('data.json');
		const tables: string[] = [];
		const head = { programme, exportedAt: now, member: member.number };
		await json.add(JSON.stringify(head).slice(0, -1));
		for (const step of steps) {
			for (const [name, rows] of Object.entries(await step.exportOf(tx, ids, now))) {
				await json.add(`,\n${JSON.stringify(name)}:[`);
				for (const [place, row] of rows.entries()) await json.add(`${place > 0 ? ',' : ''}\n${JSON.stringify(row)}`);
				await json.add(']');
				if (rows.length === 0) continue;
				tables.push(name);
				const table = archive.file(`${name}.csv`);
				for (const line of csvOf(rows, { timeZone, currency })) await table.add(line);
				table.end();
			}
		}
		await json.add('}\n');
		json.end();
		const readme = archive.file('README.txt');
		await readme.add(words.readme({ programme, now, timeZone, tables }));
		readme.end();
		return { fileName: `${words.fileName}-${localDay(now, timeZone)}.zip`, bytes: archive.end() };
	});
}

/** Characters after which others get their turn. */
const mostAtOnce = 256 * 1024;

/** An archive in the making: files may be written side by side, what is compressed waits in their order. */
class Archive {
	readonly #chunks: Uint8Array[] = [];
	readonly #zip = new Zip((error, chunk) => {
		if (error) throw error;
		this.#chunks.push(chunk);
	});

	file(name: string): { add(text: string): Promise<void>; end(): void } {
		const file = new ZipDeflate(name, { level: 6 });
		this.#zip.add(file);
		let waiting = '';
		return {
			async add(text) {
				waiting += text;
				if (waiting.length < mostAtOnce) return;
				file.push(strToU8(waiting));
				waiting = '';
				await new Promise((done) => setImmediate(done));
			},
			end: () => file.push(strToU8(waiting), true)
		};
	}

	end(): Uint8Array<ArrayBuffer> {
		this.#zip.end();
		return new Uint8Array(Buffer.concat(this.#chunks));
	}
}

type Cell = string | number | null;

/** A part of what is kept as a table: money in units of its currency, quantities in whole ones, instants where the shop is. */
function* csvOf(rows: readonly object[], house: { timeZone: string; currency: string }): Generator<string> {
	const records = rows as readonly Readonly<Record<string, unknown>>[];
	const fields = Object.keys(records[0] ?? {});
	const title = (field: string) => snake(field).replace(/_(cents|thousandths)$/, '');
	yield csvMark + csvLine(fields.map(title));
	const clock = new Intl.DateTimeFormat('sv-SE', {
		timeZone: house.timeZone,
		dateStyle: 'short',
		timeStyle: 'short'
	});
	for (const record of records) {
		const currency = typeof record.currency === 'string' ? record.currency : house.currency;
		yield csvLine(fields.map((field) => cellOf(snake(field), record[field], currency, clock)));
	}
}

const snake = (field: string): string => field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

function cellOf(field: string, value: unknown, currency: string, clock: Intl.DateTimeFormat): Cell {
	if (value === null || value === undefined) return null;
	if (typeof value === 'number') {
		if (field.endsWith('_cents')) return (value / 10 ** minorDigits(currency)).toFixed(minorDigits(currency));
		return field.endsWith('_thousandths') ? value / 1000 : value;
	}
	// Instants come as dates from tables, and as ISO text from statements.
	if (value instanceof Date || (typeof value === 'string' && field.endsWith('_at')))
		return clock.format(new Date(value));
	return typeof value === 'string' ? value : JSON.stringify(value);
}
