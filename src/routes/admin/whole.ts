import { getLocale } from '#locale';
import { number } from '#ui/format.ts';
import { latinDigits } from '#ui/money-input.ts';

/** A whole number as people type it, in any digits and with grouping marks; null: nothing was typed; NaN: no number. */
export function readWhole(text: string): number | null {
	const bare = latinDigits(text).replace(/[\s\u00A0\u202F.,'’\u066C\p{Cf}]/gu, '');
	if (bare === '') return null;
	return /^\d{1,15}$/.test(bare) ? Number(bare) : Number.NaN;
}

/** A whole number for a field, in the reader's digits. */
export const writeWhole = (value: number | null): string => (value === null ? '' : number(value, getLocale()));
