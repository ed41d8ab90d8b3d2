import { declareRefusals } from '#core/refusal';

export const storesRefusals = declareRefusals({
	'programme.missing': 'not_found',
	'programme.exists': 'conflict',
	'programme.changed': 'conflict',
	'programme.rules_invalid': 'invalid',
	'store.unknown': 'not_found',
	'store.closed': 'gone',
	'category.unknown': 'not_found',
	'product.unknown': 'not_found',
	'product.barcode_taken': 'conflict'
});
