import { declareRefusals } from '#core/refusal';

/** Why a receipt is not added to somebody's purchases. */
export const claimRefusals = declareRefusals({
	/** the house adds none */
	'claim.off': 'forbidden',
	/** something else was scanned or typed */
	'claim.no_receipt': 'invalid',
	'claim.mistyped': 'invalid',
	'claim.unknown': 'not_found',
	'claim.is_return': 'invalid',
	/** `days` in which it could have been */
	'claim.too_old': 'gone',
	/** `storeName`: bought in another store, where this till may add none of */
	'claim.other_store': 'forbidden',
	'claim.yours': 'conflict',
	/** it names another member, or somebody was faster */
	'claim.taken': 'conflict',
	/** everything on it was brought back */
	'claim.returned': 'conflict',
	/** `currency`: points are earned in the programme's own alone */
	'claim.currency': 'unprocessable',
	'claim.member_blocked': 'forbidden',
	/** `minutes` until the next try */
	'claim.too_often': 'limited'
});
