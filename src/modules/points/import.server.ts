import { membersNamed } from '#customers/server';
import type { ImportField, ImportLine, ImportOutcome } from '#imports';
import type { ImportKind, ImportRun } from '#imports/server';
import type { Tx } from '#platform/db';
import { latinDigits } from '#ui/money-input.ts';
import { adjustAll, type Adjusting } from './acts.server.ts';
import { mostPoints, pointsRefusals } from './index.ts';
import { pointTypes } from './point-type.server.ts';

const fields: readonly ImportField[] = [
	{
		key: 'member',
		required: true,
		longest: 200,
		names: {
			en: ['Member', 'E-mail', 'Number', 'Code'],
			ru: ['Участник', 'Почта', 'Номер', 'Код'],
			zh: ['会员', '邮箱', '会员号', '会员码'],
			fa: ['عضو', 'ایمیل', 'شماره', 'کد']
		}
	},
	{
		key: 'points',
		required: true,
		longest: 30,
		names: { en: ['Points'], ru: ['Баллы'], zh: ['积分'], fa: ['امتیاز'] }
	},
	{
		key: 'reason',
		required: true,
		names: { en: ['Reason'], ru: ['Причина'], zh: ['原因'], fa: ['دلیل'] }
	},
	{
		key: 'type',
		longest: 200,
		names: { en: ['Type'], ru: ['Вид', 'Вид баллов'], zh: ['类型', '积分类型'], fa: ['نوع', 'نوع امتیاز'] }
	},
	{
		key: 'note',
		names: {
			en: ['Note', 'Note to the member'],
			ru: ['Сообщение участнику', 'Сообщение'],
			zh: ['给会员的话', '附言'],
			fa: ['یادداشت برای عضو', 'یادداشت']
		}
	}
];

const folded = (name: string): string => name.normalize('NFKC').trim().toLowerCase();

/** A whole number with or without its sign; grouped ones are not guessed at: 1.000 is a thousand here and one there. */
function wholeIn(cell: string): number | null {
	const text = latinDigits(cell)
		.replace(/[\s\u2066-\u2069\u200e\u200f]/g, '')
		.replace(/^[−–]/, '-');
	return /^[+-]?\d{1,10}$/.test(text) ? Number(text) : null;
}

/**
 * Points given and taken in bulk, by a person whom the limits of manual moves do not bind. Without a type they are those
 * that pay. A member is named once in a file, once for each type; the dry run says for each line what would happen.
 */
export const pointsImport: ImportKind = {
	name: 'points',
	permission: 'ledger.adjust_freely',
	fields,
	keyOf: ({ cells }) => (cells.member?.trim() ? `${folded(cells.member)}\n${folded(cells.type ?? '')}` : null),
	async take(tx: Tx, lines: readonly ImportLine[], { write, by, now }: ImportRun) {
		const named = await membersNamed(
			tx,
			lines.map(({ cells }) => cells.member ?? '')
		);
		const { types } = await pointTypes(tx);
		const typeNamed = (name: string) => types.find((type) => !type.archived && folded(type.name) === folded(name))?.id;
		const outcomes: ImportOutcome[] = [];
		const commands: { place: number; command: Adjusting }[] = [];
		for (const [place, { cells }] of lines.entries()) {
			const memberId = named[place]?.id;
			const points = wholeIn(cells.points ?? '');
			// Stands until the command is answered.
			outcomes.push({ fate: 'new' });
			if (!memberId) outcomes[place] = refusedFor('member', 'points.receiver_unknown');
			else if (points === null) outcomes[place] = refusedFor('points', 'points.amount_form');
			else if (cells.type?.trim() && !typeNamed(cells.type))
				outcomes[place] = refusedFor('type', 'points.type_unknown');
			else {
				const { reason = '', note = null, type } = cells;
				const typeId = type ? (typeNamed(type) ?? null) : null;
				commands.push({ place, command: { memberId, points, typeId, reason, note, limited: false } });
			}
		}
		const answers = await adjustAll(
			tx,
			commands.map(({ command }) => command),
			by,
			now,
			{ write }
		);
		for (const [index, answer] of answers.entries()) {
			if (answer.ok) continue;
			const field = typeof answer.refusal.details.field === 'string' ? answer.refusal.details.field : 'member';
			outcomes[commands[index]?.place ?? 0] = { fate: 'refused', field, refusal: answer.refusal };
		}
		return { outcomes };
	}
};

const refusedFor = (
	field: string,
	code: 'points.receiver_unknown' | 'points.amount_form' | 'points.type_unknown'
): Extract<ImportOutcome, { fate: 'refused' }> => ({
	fate: 'refused',
	field,
	refusal: pointsRefusals.data(code, { field, most: mostPoints })
});
