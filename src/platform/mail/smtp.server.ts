import { createTransport } from 'nodemailer';
import type { Mail } from './mail.server.ts';

export interface SmtpAddress {
	/** `smtp://user:password@host:587` (STARTTLS where the server offers it) or `smtps://…` */
	url: string;
	/** the sender, such as `Our shop <hello@example.com>` */
	from: string;
}

/**
 * Mail through an SMTP server. Connections are kept open between messages. A server that does not answer is given up
 * after ten seconds, since a person waits in front of the screen.
 */
export function smtpMail({ url, from }: SmtpAddress): Mail & { close(): void } {
	const transport = createTransport(
		{
			url,
			pool: true,
			maxConnections: 2,
			connectionTimeout: 10_000,
			greetingTimeout: 10_000,
			socketTimeout: 20_000,
			// Bodies come from us as text: nothing in them may make the server read a file or fetch an address.
			disableFileAccess: true,
			disableUrlAccess: true
		},
		{ from }
	);
	return {
		async send({ to, subject, text, html }) {
			await transport.sendMail({ to: { name: '', address: to }, subject, text, html });
		},
		close: () => transport.close()
	};
}
