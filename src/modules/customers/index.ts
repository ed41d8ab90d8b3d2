/**
 * Customers: who somebody is to the house.
 *
 * Owns: members, their codes and their uses, consents, tags and own attributes.
 * Promises: one member per person and per e-mail address, however many ask at once; personal data lives here only; a
 * rotating member code is good for one tablet.
 * Never: knows a balance, a receipt or a right.
 */
/** How long a reason may be that somebody writes into the trail. */
export const reasonLength = { least: 3, most: 200 } as const;

export { customersRefusals } from './refusals.ts';
export { inPerson, wordingText } from './wordings.ts';
export {
	codeOfStep,
	millisecondsLeft,
	numberIn,
	rotatingCode,
	staticCode,
	stepOf,
	stepSeconds,
	stepsAhead,
	type MemberCodeSeed
} from './member-code.ts';

/** symbols of a member's number */
export const numberSymbols = 10;

/** What a tag is drawn in: the tones that the kit has. */
export const tagColours = ['neutral', 'accent', 'good', 'warn', 'bad'] as const;
export type TagColour = (typeof tagColours)[number];

/** characters of a tag's name */
export const tagNameLength = 40;
/** More of them nobody reads, and a list of them is shown on every member's page. */
export const mostTags = 200;

export const attributeKinds = ['text', 'number', 'date', 'yes_no', 'choice', 'money'] as const;
export type AttributeKind = (typeof attributeKinds)[number];

export const linkedCodeKinds = ['plastic', 'old_barcode'] as const;
/** A card that the shop hands out, or a barcode that a system before this one made. */
export type LinkedCodeKind = (typeof linkedCodeKinds)[number];

export const consentPurposes = ['programme', 'news'] as const;
export type ConsentPurpose = (typeof consentPurposes)[number];

export const consentSources = ['wallet', 'till', 'console', 'import'] as const;
export type ConsentSource = (typeof consentSources)[number];

export const erasureSources = ['wallet', 'console'] as const;
/** Where somebody's wish to be erased was told. */
export type ErasureSource = (typeof erasureSources)[number];

/** What members may do with their own data. */
export interface DataPolicy {
	/** between the wish to be erased and the deed, 0 to 30: so long it may be taken back */
	erasureDays: number;
	/** `once`: what a member has told as their birthday only the house changes; `free`: they change it themselves */
	ownBirthday: 'once' | 'free';
	/** how many days old a receipt may be that a member adds, 0 to 365; 0: none may be added */
	claimDays: number;
}

export const defaultDataPolicy: DataPolicy = { erasureDays: 7, ownBirthday: 'once', claimDays: 14 };

/** What somebody gives up who is erased. */
export interface AtStake {
	points: number;
	/** not yet spendable */
	pendingPoints: number;
	/** points that they owe */
	debtPoints: number;
	/** vouchers of their own that they could still use */
	vouchers: number;
	/** gift cards with money in their wallet: the money stays with the card, for whoever has its code */
	cards: { id: string; lastSymbols: string; currency: string; balanceCents: number }[];
	/** gifts on their way that nobody has taken yet */
	gifts: number;
}

/** Somebody's wish to be erased that waits. */
export interface OpenErasure {
	id: string;
	source: ErasureSource;
	askedAt: Date;
	/** from when on it is carried out */
	dueAt: Date;
	/** who entered it; null: the member themselves */
	staffName: string | null;
}

/** The wording that is agreed to when joining; a new wording gets a new name, so that it is known who agreed to what. */
export const programmeWording = 'programme-2026-11-22';
export const newsWording = 'news-2026-11';

/** A member as other modules and screens know them. Anonymous members (a guest sale) have no `joinedAt`. */
export interface Member {
	id: string;
	/** 10 code symbols, the stable part of the member code */
	number: string;
	userId: string | null;
	name: string | null;
	email: string | null;
	phone: string | null;
	language: string | null;
	createdAt: Date;
	joinedAt: Date | null;
	blocked: boolean;
	erased: boolean;
	/** who took this one's place; null: nobody */
	mergedInto: string | null;
}

export { attributeLimits, type Attribute, type AttributeValue } from './attribute-values.ts';
export { isBirthday, isEmail, maskedName, nobody, personLimits, reasonLimits, type PersonInput } from './person.ts';
