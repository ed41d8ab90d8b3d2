import { declareRefusals } from '#core/refusal';

export const importRefusals = declareRefusals({
	'import.unknown': 'not_found',
	'import.too_large': 'invalid',
	'import.empty': 'invalid',
	'import.workbook': 'invalid',
	'import.binary': 'invalid',
	'import.piece_wrong': 'invalid',
	'import.not_whole': 'conflict',
	'import.not_now': 'conflict',
	'import.field_missing': 'invalid',
	'import.field_twice': 'invalid',
	/** told once for all lines */
	'import.told_day': 'invalid',
	'import.told_text': 'invalid',
	'import.running': 'conflict',
	/** what ends a pass over the file */
	'import.quote_open': 'invalid',
	'import.line_too_long': 'invalid',
	'import.encoding': 'invalid',
	'import.too_many_rows': 'invalid',
	'import.too_slow': 'unavailable',
	/** somebody whom it names was erased meanwhile */
	'import.person_erased': 'conflict',
	/** what one line is refused for, whatever it is about */
	'import.cells_missing': 'invalid',
	'import.cells_more': 'invalid',
	'import.duplicate': 'conflict',
	'import.required': 'invalid',
	'import.too_long': 'invalid',
	'import.unstorable': 'invalid'
});
