/**
 * Vouchers: rights that are claimed, once or a stated number of times.
 *
 * Owns: definitions, codes, who holds them, redemptions.
 * Promises: a code is redeemed no more often than it allows, whatever runs at the same time; what somebody has redeemed
 * keeps its meaning when the definition is edited; every change by a second editor is seen, never overwritten.
 * Never: prices a basket (pricing does) or counts uses and then inserts.
 */
export {
	changeProblems,
	codeStates,
	definitionFields,
	definitionProblems,
	limits,
	readSharedCode,
	stateOf,
	voucherStates
} from './rules.ts';
export type {
	CodeKind,
	CodeState,
	Definition,
	DefinitionField,
	Holding,
	Problem,
	Validity,
	VoucherState
} from './rules.ts';
export { voucherRefusals } from './refusals.ts';
export type { HeldState, HeldVoucher, Names } from './held.ts';
