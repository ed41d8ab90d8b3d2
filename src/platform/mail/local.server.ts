import { maskedAddress, type Mail, type Message } from './mail.server.ts';

export interface KeptMessage extends Message {
	id: string;
	at: Date;
}

/** How many messages the development page shows; older ones are forgotten. */
const kept = 50;

export interface LocalMail extends Mail {
	/** newest first */
	recent(): readonly KeptMessage[];
}

/**
 * Mail without a mail server, for trying things out: a message is written out where the server logs, and kept in
 * memory for the development page. The text is written as it is, since the sign-in code in it is the whole point.
 * @param write takes the lines; the process's standard output in the app
 */
export function localMail(write: (lines: string) => void, clock: () => Date = () => new Date()): LocalMail {
	const messages: KeptMessage[] = [];
	let count = 0;
	return {
		recent: () => messages,
		async send(message) {
			messages.unshift({ ...message, id: String(++count), at: clock() });
			messages.length = Math.min(messages.length, kept);
			const body = message.text.trim().replace(/^/gm, '  | ');
			write(`mail to ${maskedAddress(message.to)}: ${message.subject}\n${body}\n`);
		}
	};
}
