/**
 * Setup: how an empty house gets its programme, its first store and its owner.
 *
 * Owns: the set-up code, which the server prints at its start while the house is empty.
 * Promises: a house is founded once, whole or not at all, by whoever holds the code; guessing is locked after a few
 * tries; with the founding the code is gone.
 * Never: changes a house that exists.
 */
import * as z from 'zod/mini';
import { isChecked, normaliseCode } from '#core/codes';
import { emailSchema, nameSchema, newPasswordSchema } from '#identity';
import { programmeInput } from '#stores';

export { setupRefusals } from './refusals.ts';

/** `S`, fourteen random symbols (70 bits) and a check symbol: four groups of four. */
export const setupCodeLength = 16;

const isSetupCode = (code: string): boolean =>
	code.length === setupCodeLength && code.startsWith('S') && isChecked(code);

/** The set-up code as somebody types it from another screen. A slip is told at once and does not count as a try. */
const setupCodeSchema = z.pipe(
	z.pipe(z.string().check(z.maxLength(80)), z.transform(normaliseCode)),
	z.string().check(z.refine(isSetupCode))
);

/** What founding a house takes. Flat, so that each problem names the field of the form that it belongs to. */
export const foundingInput = z.object({
	code: setupCodeSchema,
	shop: programmeInput.shape.name,
	/** ISO 4217 */
	currency: programmeInput.shape.currency,
	/** IANA */
	timeZone: programmeInput.shape.timeZone,
	store: programmeInput.shape.name,
	city: programmeInput.shape.name,
	/** the owner's */
	name: nameSchema,
	email: emailSchema,
	password: newPasswordSchema
});
export type FoundingInput = z.infer<typeof foundingInput>;
