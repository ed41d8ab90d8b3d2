import { onShutdown } from '../lifecycle.server.ts';
import { settings } from '../settings.server.ts';
import { localMail, type LocalMail } from './local.server.ts';
import type { Mail } from './mail.server.ts';
import { smtpMail } from './smtp.server.ts';

interface Opened {
	mail: Mail;
	local: LocalMail | null;
}

/** One per process, also where kit's bundle and the start each have their own copy of this module. */
const place = Symbol.for('pareto.mail');
const shared = globalThis as { [key: symbol]: Opened | undefined };

function open(): Opened {
	const address = settings().mail;
	if (!address) {
		const local = localMail((lines) => process.stdout.write(lines));
		return { mail: local, local };
	}
	const smtp = smtpMail(address);
	onShutdown('mail', async () => smtp.close());
	return { mail: smtp, local: null };
}

/** Puts a mail of one's own in place, for tests. */
export function useMail(mail: Mail, local: LocalMail | null = null): void {
	shared[place] = { mail, local };
}

const opened = (): Opened => (shared[place] ??= open());

/** The app's mail: through the SMTP server of the settings, or without one into the log. */
export const mail = (): Mail => opened().mail;

/** What would have been sent; null where mail really leaves. */
export const localMessages = (): LocalMail | null => opened().local;
