import { grouped } from '#core/codes';
import { localDay } from '#core/time';
import { m } from '#messages';
import { minorDigits } from '#ui/format.ts';
import { csvFile } from '../../../../../csv-file.server.ts';
import type { RequestHandler } from './$types';

/** The codes of a batch for its printer: of the cards that are not sold yet. */
export const GET: RequestHandler = async ({ locals, params }) => {
	const { printCodes, programme } = locals.api.admin.giftcards;
	const page = (cursor: string | null) => printCodes({ id: params.id, cursor });
	const [first, { timeZone }] = await Promise.all([page(null), programme()]);
	const { name, valueCents, currency, expiresAt } = first.batch;
	const digits = minorDigits(currency);
	const value = valueCents === null ? null : (valueCents / 10 ** digits).toFixed(digits);
	const lastDay = expiresAt === null ? null : localDay(new Date(expiresAt.getTime() - 1), timeZone);
	return csvFile({
		title: name,
		head: [m.admin_code(), m.admin_card_code(), m.admin_card_value(), m.admin_currency(), m.admin_card_expires()],
		first,
		page,
		cells: ({ code }) => [code, grouped(code), value, currency, lastDay]
	});
};
