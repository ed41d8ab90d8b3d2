/**
 * Pricing: what a basket costs, what it earns and why.
 *
 * Owns: basket and effect kinds, the quote and its explanation, the programme's rules for points, a return's arithmetic.
 * Promises: pure and exact; the till's preview in the browser, the server's commit and every dry run call the same
 * `quote`; split amounts add up to the cent; what does not apply is listed with its reason.
 * Never: reads a clock, a database or a setting; knows where a right came from.
 */
export type {
	CardExpiry,
	CardRules,
	CardTerms,
	Conditions,
	EarnRules,
	Effect,
	PointType,
	ProgrammeRules,
	SpendRules,
	Stacking,
	TransferRules,
	TypeEarning
} from './rules.ts';
export type {
	AppliedRight,
	Ask,
	Basket,
	BasketLine,
	CardDeed,
	CardEntry,
	Facts,
	GiftCardFact,
	MemberFact,
	ProductFact,
	Quote,
	QuotedDiscount,
	QuotedLine,
	RefusedRight,
	Right,
	SoldCard,
	Step,
	StoreTaxes,
	QuotedTax,
	TaxFact,
	Unit
} from './contract.ts';
export { cardDeeds } from './contract.ts';
export { basketLimits } from './basket.ts';
export { effectKinds, productsOfEffect } from './effects/index.ts';
export { mostPieces, stages, type EffectKind, type Stage } from './effects/contract.ts';
export { refusalOfCard, spendableNow, type SpendableNow } from './payment.ts';
export { standingOf } from './judge.ts';
export { quote } from './quote.ts';
export { clashOf, isClash } from './stacking.ts';
export { taxBorne, taxIn } from './tax.ts';
export { pricingRefusals, returnRefusals, rightRefusals } from './refusals.ts';
export {
	cardsBack,
	returnOf,
	settleSpent,
	typesBack,
	type ReturnedLine,
	type ReturnQuote,
	type ReturnRequest,
	type SoldLine,
	type SoldType,
	type SpentPoints,
	type SpentPointsRule
} from './returns.ts';
export {
	askSchema,
	conditionsSchema,
	effectSchema,
	groupNameLength,
	mostPointTypes,
	pointTypeSchema,
	transferSchema,
	programmeRulesSchema,
	stackingSchema,
	typeNameLength
} from './schemas.ts';
