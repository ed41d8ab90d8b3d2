import { and, isNotNull, isNull, sql, type SQL } from 'drizzle-orm';
import { bigint, boolean, index, integer, pgTable, primaryKey, text, uniqueIndex } from 'drizzle-orm/pg-core';
import type { Role } from '#core/actor';
import type { Language } from '#core/languages';
import { at, key } from '#platform/columns';
import type { Face, SecondFactorRule } from './index.ts';

/**
 * People who sign in with an e-mail address: shoppers and staff alike, since one person may be both. What a person may
 * do follows from the face a session was opened on and from the `staff` row, never from this one.
 * The columns of the first four tables are better-auth's; that is why a state is a boolean here.
 */
export const users = pgTable('users', {
	id: key().primaryKey(),
	name: text().notNull(),
	email: text().notNull().unique('users_email'),
	emailVerified: boolean().notNull().default(false),
	image: text(),
	createdAt: at().notNull(),
	updatedAt: at().notNull()
});

export const sessions = pgTable(
	'sessions',
	{
		id: key().primaryKey(),
		userId: key()
			.notNull()
			.references(() => users.id, { onDelete: 'cascade' }),
		/** the cookie carries it signed, so that this table alone opens nothing */
		token: key().notNull().unique('sessions_token'),
		/** the only face this session opens: a shopper's session is none in the console, and the other way round */
		face: text().$type<Exclude<Face, 'till'>>().notNull(),
		expiresAt: at().notNull(),
		ipAddress: text(),
		userAgent: text(),
		/** when whoever holds it last proved who they are, in the console */
		provedAt: at(),
		createdAt: at().notNull(),
		updatedAt: at().notNull()
	},
	(t) => [index('sessions_user').on(t.userId), index('sessions_expires').on(t.expiresAt)]
);

/** How a user proves who they are: a password now, foreign providers if there ever are any. */
export const authAccounts = pgTable(
	'auth_accounts',
	{
		id: key().primaryKey(),
		userId: key()
			.notNull()
			.references(() => users.id, { onDelete: 'cascade' }),
		accountId: text().notNull(),
		providerId: text().notNull(),
		/** a salted hash (scrypt) */
		password: text(),
		accessToken: text(),
		refreshToken: text(),
		idToken: text(),
		accessTokenExpiresAt: at(),
		refreshTokenExpiresAt: at(),
		scope: text(),
		createdAt: at().notNull(),
		updatedAt: at().notNull()
	},
	(t) => [uniqueIndex('auth_accounts_once').on(t.userId, t.providerId, t.accountId)]
);

/** Codes sent by e-mail, keyed and hashed; a row is consumed by deleting it. */
export const verifications = pgTable(
	'verifications',
	{
		id: key().primaryKey(),
		identifier: text().notNull(),
		value: text().notNull(),
		expiresAt: at().notNull(),
		createdAt: at().notNull(),
		updatedAt: at().notNull()
	},
	(t) => [index('verifications_identifier').on(t.identifier), index('verifications_expires').on(t.expiresAt)]
);

/** People of the house. Without `userId`: a cashier who only ever has a PIN. */
export const staff = pgTable(
	'staff',
	{
		id: key().primaryKey(),
		userId: key().references(() => users.id),
		name: text().notNull(),
		role: text().$type<Role>().notNull(),
		pinHash: text(),
		/** somebody else chose the PIN then: it is good for choosing one's own, and for nothing else */
		pinGivenAt: at(),
		/** null: every store */
		storeIds: text().array(),
		/** of name, role and stores: whoever changes them says which they saw */
		version: integer().notNull().default(1),
		/** in which they are written to; null: nobody knows yet */
		language: text().$type<Language>(),
		createdAt: at().notNull(),
		disabledAt: at()
	},
	(t) => [uniqueIndex('staff_user').on(t.userId).where(isNotNull(t.userId))]
);

/** Roles of the house's own; the built-in ones are code. A role that somebody ever had is archived, never deleted. */
export const roles = pgTable(
	'roles',
	{
		id: key().$type<`rol_${string}`>().primaryKey(),
		name: text().notNull(),
		permissions: text().array().notNull(),
		version: integer().notNull().default(1),
		createdAt: at().notNull(),
		archivedAt: at()
	},
	(t) => [
		uniqueIndex('roles_name')
			.on(sql`lower(${t.name})`)
			.where(isNull(t.archivedAt))
	]
);

/** Programs with an API key. */
export const apiClients = pgTable('api_clients', {
	id: key().primaryKey(),
	name: text().notNull(),
	/** SHA-256 of the key, hex: 256 random bits need no salt */
	keyHash: key().notNull().unique('api_clients_key'),
	/** the key's last four symbols, so that people can tell keys apart */
	lastSymbols: text().notNull(),
	/** permissions */
	scopes: text().array().notNull(),
	/** null: every store */
	storeIds: text().array(),
	createdBy: key()
		.notNull()
		.references(() => staff.id),
	createdAt: at().notNull(),
	/** null: never */
	expiresAt: at(),
	/** written at most once a minute */
	lastUsedAt: at(),
	revokedAt: at()
});

export const devices = pgTable(
	'devices',
	{
		id: key().primaryKey(),
		storeId: key().notNull(),
		name: text().notNull(),
		/** SHA-256 of the token in the tablet's cookie, hex */
		tokenHash: key().notNull().unique('devices_token'),
		enrolledBy: key()
			.notNull()
			.references(() => staff.id),
		enrolledAt: at().notNull(),
		lastSeenAt: at().notNull(),
		revokedAt: at()
	},
	(t) => [index('devices_store').on(t.storeId)]
);

/** A code that makes one tablet a till, typed within a quarter of an hour; claimed by the update that sets `usedAt`. */
export const enrolmentCodes = pgTable('enrolment_codes', {
	id: key().primaryKey(),
	codeHash: key().notNull().unique('enrolment_codes_code'),
	storeId: key().notNull(),
	name: text().notNull(),
	createdBy: key()
		.notNull()
		.references(() => staff.id),
	createdAt: at().notNull(),
	expiresAt: at().notNull(),
	usedAt: at()
});

/** Who stands at which tablet. One at a time. */
export const tillSessions = pgTable(
	'till_sessions',
	{
		id: key().primaryKey(),
		deviceId: key()
			.notNull()
			.references(() => devices.id),
		staffId: key()
			.notNull()
			.references(() => staff.id),
		signedInAt: at().notNull(),
		lastSeenAt: at().notNull(),
		signedOutAt: at()
	},
	(t) => [
		uniqueIndex('till_sessions_one_per_device').on(t.deviceId).where(isNull(t.signedOutAt)),
		index('till_sessions_staff').on(t.staffId)
	]
);

/**
 * Tries at something that can be guessed or flooded, counted per subject within a window. Subjects are hashes: neither
 * addresses nor e-mails are kept.
 */
export const tries = pgTable(
	'sign_in_tries',
	{
		subject: key().primaryKey(),
		count: integer().notNull(),
		expiresAt: at().notNull()
	},
	(t) => [index('sign_in_tries_expires').on(t.expiresAt)]
);

/**
 * Somebody asked by e-mail to join the house. Open until accepted, withdrawn or past its time; one open invitation per
 * address. Claimed by the update that sets `acceptedAt`.
 */
export const invitations = pgTable(
	'invitations',
	{
		id: key().primaryKey(),
		email: key().notNull(),
		name: text().notNull(),
		role: text().$type<Role>().notNull(),
		/** null: every store */
		storeIds: text().array(),
		language: text().$type<Language>().notNull(),
		/** of the link that was mailed last; earlier links are void */
		tokenHash: key().notNull().unique('invitations_token'),
		version: integer().notNull(),
		/** who answers for it: whoever invited, or sent it again */
		invitedBy: key()
			.notNull()
			.references(() => staff.id),
		createdAt: at().notNull(),
		expiresAt: at().notNull(),
		/** when the mail server took the last letter; null: it did not */
		sentAt: at(),
		acceptedAt: at(),
		/** whom they became */
		staffId: key().references(() => staff.id),
		withdrawnAt: at()
	},
	(t) => [
		uniqueIndex('invitations_open')
			.on(t.email)
			.where(and(isNull(t.acceptedAt), isNull(t.withdrawnAt)) as SQL)
	]
);

/** A link that lets somebody choose a new password, claimed by the update that sets `usedAt`. */
export const passwordResets = pgTable(
	'password_resets',
	{
		id: key().primaryKey(),
		userId: key()
			.notNull()
			.references(() => users.id, { onDelete: 'cascade' }),
		tokenHash: key().notNull().unique('password_resets_token'),
		createdAt: at().notNull(),
		expiresAt: at().notNull(),
		usedAt: at()
	},
	(t) => [index('password_resets_user').on(t.userId), index('password_resets_expires').on(t.expiresAt)]
);

/** An authenticator app of somebody's (TOTP). Without `confirmedAt` it is being set up and proves nothing. */
export const secondFactors = pgTable('second_factors', {
	userId: key()
		.primaryKey()
		.references(() => users.id, { onDelete: 'cascade' }),
	/** AES-256-GCM, bound to the user */
	secretCipher: text().notNull(),
	createdAt: at().notNull(),
	confirmedAt: at(),
	/** the newest half minute whose code was used: none of it or before it counts again */
	lastStep: integer()
});

/** Codes on paper for whoever lost the app; each opens once. */
export const recoveryCodes = pgTable(
	'recovery_codes',
	{
		userId: key()
			.notNull()
			.references(() => users.id, { onDelete: 'cascade' }),
		/** keyed hash */
		codeHash: key().notNull(),
		createdAt: at().notNull(),
		usedAt: at()
	},
	(t) => [primaryKey({ columns: [t.userId, t.codeHash] })]
);

/** The public half of a key pair in somebody's device (WebAuthn), with which they sign in. */
export const passkeys = pgTable(
	'passkeys',
	{
		id: key().primaryKey(),
		userId: key()
			.notNull()
			.references(() => users.id, { onDelete: 'cascade' }),
		/** what the device calls it, base64url */
		credentialId: text().notNull().unique('passkeys_credential'),
		/** COSE, base64 */
		publicKey: text().notNull(),
		/** how often the device has signed, if it counts; it only goes forward */
		counter: bigint({ mode: 'number' }).notNull(),
		/** how the device is reached: the browser's words, given back to it */
		transports: text().array().$type<string[]>().notNull(),
		/** whether its maker keeps it on several devices of its owner */
		synced: boolean().notNull(),
		/** what its owner calls it */
		name: text().notNull(),
		createdAt: at().notNull(),
		lastUsedAt: at(),
		/** when its counter went back, which a copy's does: it opens nothing from then on */
		copiedAt: at()
	},
	(t) => [index('passkeys_user').on(t.userId)]
);

/** Challenges that a passkey has answered: none counts twice. Kept as long as they would be accepted. */
export const spentChallenges = pgTable(
	'spent_challenges',
	{
		/** SHA-256, hex */
		challengeHash: key().primaryKey(),
		expiresAt: at().notNull()
	},
	(t) => [index('spent_challenges_expires').on(t.expiresAt)]
);

/** Browsers that somebody signed in to the console with, told apart by a cookie: another one is told of by mail. */
export const knownDevices = pgTable(
	'known_devices',
	{
		userId: key()
			.notNull()
			.references(() => users.id, { onDelete: 'cascade' }),
		/** SHA-256 of the cookie, hex */
		tokenHash: key().notNull(),
		firstSeenAt: at().notNull(),
		lastSeenAt: at().notNull()
	},
	(t) => [primaryKey({ columns: [t.userId, t.tokenHash] }), index('known_devices_seen').on(t.lastSeenAt)]
);

/** What the house asks of everybody who signs in: one row, or none while nobody has changed anything. */
export const signInRules = pgTable('sign_in_rules', {
	id: key().primaryKey(),
	secondFactor: text().$type<SecondFactorRule>().notNull(),
	version: integer().notNull()
});
