import { isRefusal } from '#core/refusal';
import type { Language } from '#core/languages';
import type { Mail } from '#platform/mail/mail';
import { log } from '#platform/log';
import { codeMinutes, makeCode, openWithCode, refusedAs, type AuthContext } from './auth.server.ts';
import { limits } from './limits.server.ts';
import { codeMail } from './mails.server.ts';
import { identityRefusals } from './refusals.ts';
import { claimTry, minutesUntil } from './tries.server.ts';

/**
 * Sends a six-digit sign-in code by e-mail, good for ten minutes. Known and unknown addresses are treated alike.
 * @param email in the form of `emailSchema`
 * @throws identity.too_many_codes (`minutes`), identity.mail_not_sent
 */
export async function requestCode(
	context: AuthContext & { mail: Mail; language: Language },
	email: string,
	now: Date
): Promise<{ validMinutes: number }> {
	await claim(context, `codes to ${email}`, limits.codesPerEmail, now, 'identity.too_many_codes');
	await claim(context, `codes from ${context.ip}`, limits.codesPerAddress, now, 'identity.too_many_codes');
	const code = await makeCode(context, email);
	try {
		await context.mail.send(await codeMail(email, code, codeMinutes, context.language));
	} catch (error) {
		if (isRefusal(error)) throw error;
		log.error('mail.not_sent', error);
		throw identityRefusals.refuse('identity.mail_not_sent');
	}
	return { validMinutes: codeMinutes };
}

/**
 * Opens the wallet with a code. A first-time address becomes a user. Of two calls with the same right code exactly one
 * succeeds.
 * @throws identity.code_wrong, identity.code_expired, identity.code_used_up, identity.too_many_tries (`minutes`)
 */
export async function signInWithCode(
	context: AuthContext,
	email: string,
	code: string,
	now: Date
): Promise<{ userId: string }> {
	await claim(context, `sign-ins from ${context.ip}`, limits.signInsPerAddress, now, 'identity.too_many_tries');
	try {
		return await openWithCode(context, email, code);
	} catch (error) {
		const reason = refusedAs(error);
		if (reason === null) throw error;
		if (reason === 'OTP_EXPIRED') throw identityRefusals.refuse('identity.code_expired');
		if (reason === 'TOO_MANY_ATTEMPTS') throw identityRefusals.refuse('identity.code_used_up');
		throw identityRefusals.refuse('identity.code_wrong');
	}
}

async function claim(
	{ db }: AuthContext,
	about: string,
	allowed: Parameters<typeof claimTry>[2],
	now: Date,
	code: 'identity.too_many_codes' | 'identity.too_many_tries'
): Promise<void> {
	const until = await claimTry(db, about, allowed, now);
	if (until) throw identityRefusals.refuse(code, { minutes: minutesUntil(until, now) });
}
