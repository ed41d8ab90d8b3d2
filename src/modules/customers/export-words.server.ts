import type { Language } from '#core/languages';
import { dateTime } from '#ui/format.ts';

/** The build makes the words: they are loaded with the first copy that is made, since the start comes before them. */
const load = async () => (await import('#messages')).m;
type Messages = Awaited<ReturnType<typeof load>>;

/** What each table is about, by its name; a module that brings a table brings its words. */
const about: Record<string, (m: Messages, locale: { locale: Language }) => string> = {
	profile: (m, locale) => m.export_profile({}, locale),
	consents: (m, locale) => m.export_consents({}, locale),
	tags: (m, locale) => m.export_tags({}, locale),
	attributes: (m, locale) => m.export_attributes({}, locale),
	codes: (m, locale) => m.export_codes({}, locale),
	groups: (m, locale) => m.export_groups({}, locale),
	sign_ins: (m, locale) => m.export_sign_ins({}, locale),
	erasures: (m, locale) => m.export_erasures({}, locale),
	changes: (m, locale) => m.export_changes({}, locale),
	vouchers: (m, locale) => m.export_vouchers({}, locale),
	voucher_uses: (m, locale) => m.export_voucher_uses({}, locale),
	gift_cards: (m, locale) => m.export_gift_cards({}, locale),
	gifts: (m, locale) => m.export_gifts({}, locale),
	points: (m, locale) => m.export_points({}, locale),
	point_movements: (m, locale) => m.export_point_movements({}, locale),
	points_by_hand: (m, locale) => m.export_points_by_hand({}, locale),
	reminders: (m, locale) => m.export_reminders({}, locale),
	receipts: (m, locale) => m.export_receipts({}, locale),
	receipt_lines: (m, locale) => m.export_receipt_lines({}, locale),
	returns: (m, locale) => m.export_returns({}, locale),
	returns_without_receipt: (m, locale) => m.export_returns_without_receipt({}, locale)
};

/** Tables that the page in a copy has no words for. */
export const untold = (names: readonly string[]): string[] => names.filter((name) => !Object.hasOwn(about, name));

export interface Readme {
	programme: string;
	now: Date;
	timeZone: string;
	/** of those that have rows */
	tables: readonly string[];
}

/** What a copy of somebody's data says about itself. */
export async function exportWords(
	language: Language
): Promise<{ fileName: string; readme: (facts: Readme) => string }> {
	const m = await load();
	const locale = { locale: language };
	return {
		fileName: m.export_file_name({}, locale),
		readme: ({ programme, now, timeZone, tables }) =>
			[
				m.export_title({ programme }, locale),
				m.export_made({ date: dateTime(now, language, timeZone) }, locale),
				'',
				m.export_rights({}, locale),
				'',
				`data.json: ${m.export_json({}, locale)}`,
				...tables.map((name) => `${name}.csv: ${about[name]?.(m, locale) ?? name}`),
				'',
				m.export_form({ zone: timeZone }, locale),
				''
			].join('\r\n')
	};
}
