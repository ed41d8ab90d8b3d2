import { createHash, randomBytes } from 'node:crypto';
import { and, eq, lt } from 'drizzle-orm';
import type { Language } from '#core/languages';
import { day, hour, later, second } from '#core/time';
import { afterwards } from '#platform/afterwards';
import type { Db } from '#platform/db';
import type { Mail } from '#platform/mail/mail';
import type { AuthContext } from './auth.server.ts';
import { cookieOptions } from './cookies.server.ts';
import { newDeviceMail } from './mails.server.ts';
import { knownDevices, staff, users } from './tables.server.ts';
import { deviceOf } from './user-agent.ts';

/** Browsers keep no cookie for longer. */
const cookieAge = 400 * day;

const nameOf = (secure: boolean): string => `${secure ? '__Host-' : ''}admin-known`;

type Context = AuthContext & { mail: Mail; language: Language };

/**
 * Remembers the browser somebody signs in with; about one that is new to them they get a mail, in the language they were
 * last written to. Whoever became a colleague within the hour has nothing to be told of.
 */
export async function rememberDevice(context: Context, userId: string, now: Date): Promise<void> {
	const { db, cookies, secure } = context;
	const shown = cookies.get(nameOf(secure));
	const token = shown && /^[\w-]{43}$/.test(shown) ? shown : randomBytes(32).toString('base64url');
	cookies.set(nameOf(secure), token, { ...cookieOptions(secure), maxAge: cookieAge / second });
	const tokenHash = createHash('sha256').update(token).digest('hex');
	const seen = await db
		.update(knownDevices)
		.set({ lastSeenAt: now })
		.where(and(eq(knownDevices.userId, userId), eq(knownDevices.tokenHash, tokenHash)))
		.returning({ userId: knownDevices.userId });
	if (seen.length === 0) {
		await db
			.insert(knownDevices)
			.values({ userId, tokenHash, firstSeenAt: now, lastSeenAt: now })
			.onConflictDoNothing();
		await tell(context, userId, now);
	}
	// After the mail: whoever signs in with a stolen password does not choose its language.
	await db.update(staff).set({ language: context.language }).where(eq(staff.userId, userId));
}

async function tell({ db, mail, headers, language }: Context, userId: string, now: Date): Promise<void> {
	const [person] = await db
		.select({ email: users.email, language: staff.language, since: staff.createdAt })
		.from(staff)
		.innerJoin(users, eq(users.id, staff.userId))
		.where(eq(staff.userId, userId));
	if (!person || later(person.since, hour) > now) return;
	const device = deviceOf(headers.get('user-agent'));
	afterwards('new-device-mail', async () =>
		mail.send(await newDeviceMail(person.email, device, person.language ?? language))
	);
}

/** Forgets browsers whose cookie has run out. */
export async function sweepDevices(db: Db, now: Date): Promise<void> {
	await db.delete(knownDevices).where(lt(knownDevices.lastSeenAt, later(now, -cookieAge)));
}
