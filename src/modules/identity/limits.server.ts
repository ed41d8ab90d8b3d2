import { day, hour, minute } from '#core/time';
import type { Limit } from './tries.server.ts';

/**
 * How often something may be tried. A code is one in a million and good for five guesses, so twenty codes a day leave
 * a guesser one chance in ten thousand per day; a shop's whole wireless network is one address, so the limit per
 * address is wide.
 */
export const limits = {
	codesPerEmail: [
		{ tries: 5, within: 15 * minute },
		{ tries: 20, within: day }
	],
	codesPerAddress: [{ tries: 60, within: hour }],
	signInsPerAddress: [{ tries: 100, within: 15 * minute }],
	passwordPerAccount: [
		{ tries: 8, within: 15 * minute },
		{ tries: 40, within: day }
	],
	/** per cashier and tablet: 4 digits, 40 guesses a day */
	pinPerCashier: [
		{ tries: 5, within: 15 * minute },
		{ tries: 40, within: day }
	],
	/** per tablet, whoever is guessed: four colleagues may be locked out before everybody has to wait */
	pinPerTablet: [
		{ tries: 20, within: 15 * minute },
		{ tries: 120, within: day }
	],
	/** each is a mail to somebody who may not have asked for it */
	resetsPerEmail: [
		{ tries: 3, within: 15 * minute },
		{ tries: 10, within: day }
	],
	resetsPerAddress: [{ tries: 30, within: hour }],
	/** opening the links of invitations and resets */
	linksPerAddress: [{ tries: 60, within: 15 * minute }],
	/** codes of an app, whose three half minutes are three in a million; only who knows the password gets here */
	secondStepPerAccount: [
		{ tries: 5, within: 15 * minute },
		{ tries: 20, within: day }
	],
	enrolmentsPerAddress: [{ tries: 10, within: 15 * minute }]
} as const satisfies Record<string, readonly Limit[]>;
