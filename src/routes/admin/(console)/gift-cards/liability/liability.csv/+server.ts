import { m } from '#messages';
import { minorDigits } from '#ui/format.ts';
import { csvFile } from '../../../../csv-file.server.ts';
import type { RequestHandler } from './$types';

/** The report as a file: one row for each month and currency, amounts as plain numbers. */
export const GET: RequestHandler = async ({ locals, url }) => {
	const day = url.searchParams.get('day');
	const { asOf, currencies } = await locals.api.admin.reports.liability({ day });
	const plain = (cents: number, currency: string) => {
		const digits = minorDigits(currency);
		return (cents / 10 ** digits).toFixed(digits);
	};
	return csvFile({
		title: `${m.admin_liability()} ${asOf}`,
		head: [
			m.admin_currency(),
			m.admin_month(),
			m.admin_liability_opening(),
			m.admin_liability_sold(),
			m.admin_liability_charged(),
			m.admin_liability_refunded(),
			m.admin_liability_expired(),
			m.admin_liability_other(),
			m.admin_liability_closing()
		],
		first: {
			items: currencies.flatMap(({ currency, months }) => months.map((month) => ({ currency, ...month }))),
			nextCursor: null
		},
		page: async () => ({ items: [], nextCursor: null }),
		cells: ({ currency, month, ...row }) => [
			currency,
			month,
			...[
				row.openingCents,
				row.soldCents,
				row.chargedCents,
				row.refundedCents,
				row.expiredCents,
				row.otherCents,
				row.closingCents
			].map((cents) => plain(cents, currency))
		]
	});
};
