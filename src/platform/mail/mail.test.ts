import { createServer } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { afterEach, describe, expect, it } from 'vitest';
import { localMail } from './local.server.ts';
import { maskedAddress } from './mail.server.ts';
import { smtpMail } from './smtp.server.ts';

interface Received {
	from: string;
	to: string[];
	user: string;
	text: string;
}

const closing: (() => unknown)[] = [];
afterEach(async () => {
	for (const close of closing.splice(0).reverse()) await close();
});

/** A server that speaks SMTP and keeps what it is given. */
async function postOffice(options: SMTPServerOptions = {}) {
	const received: Received[] = [];
	let connections = 0;
	const server = new SMTPServer({
		hideSTARTTLS: true,
		authMethods: ['PLAIN', 'LOGIN'],
		allowInsecureAuth: true,
		onConnect: (_, done) => {
			connections++;
			done();
		},
		onAuth({ username, password }, _, done) {
			if (username === 'shop' && password === 's3cret/:@') done(null, { user: username });
			else done(new Error('535 no'));
		},
		onData(stream, session, done) {
			const chunks: Buffer[] = [];
			stream.on('data', (chunk: Buffer) => chunks.push(chunk));
			stream.on('end', () => {
				const { mailFrom, rcptTo } = session.envelope;
				received.push({
					from: mailFrom ? mailFrom.address : '',
					to: rcptTo.map(({ address }) => address),
					user: String(session.user),
					text: Buffer.concat(chunks).toString('utf8')
				});
				done();
			});
		},
		...options
	});
	server.on('error', () => {});
	await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
	closing.push(() => new Promise<void>((done) => server.close(done)));
	return { port: (server.server.address() as AddressInfo).port, received, connections: () => connections };
}

function mailTo(port: number, user = `shop:${encodeURIComponent('s3cret/:@')}@`) {
	const mail = smtpMail({ url: `smtp://${user}127.0.0.1:${port}`, from: 'Our shop <hello@shop.example>' });
	closing.push(() => mail.close());
	return mail;
}

/** The decoded parts of a message, in order. */
function bodies(message: string): string[] {
	const boundary = /boundary="([^"]+)"/.exec(message)?.[1] ?? '';
	const parts = message.split(`--${boundary}`).slice(1, -1);
	return parts.map((part) => {
		const [head = '', body = ''] = part.split(/\r\n\r\n(.*)/s);
		if (/base64/i.test(head)) return Buffer.from(body, 'base64').toString('utf8');
		if (!/quoted-printable/i.test(head)) return body;
		const bytes = body
			.replace(/=\r\n/g, '')
			.replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
		return Buffer.from(bytes, 'latin1').toString('utf8');
	});
}

const code = {
	to: 'ann@example.com',
	subject: '314159 کد ورود شماست',
	text: 'کد: 314159\n',
	html: '<p dir="rtl">کد: <b>314159</b></p>'
};

describe('mail through an SMTP server', () => {
	it('arrives from the shop, with both bodies, in any script', async () => {
		const office = await postOffice();
		await mailTo(office.port).send(code);
		const [message] = office.received;
		expect(message).toMatchObject({ from: 'hello@shop.example', to: ['ann@example.com'], user: 'shop' });
		expect(message?.text).toMatch(/^From: Our shop <hello@shop\.example>\r$/m);
		expect(message?.text).toMatch(/^Content-Type: multipart\/alternative;/m);
		const [text, html] = bodies(message?.text ?? '');
		expect(text?.trim()).toBe('کد: 314159');
		expect(html?.trim()).toBe(code.html);
		const subject = /^Subject: ((?:.*\r\n )*.*)\r$/m.exec(message?.text ?? '')?.[1] ?? '';
		const words = [...subject.matchAll(/=\?UTF-8\?B\?([^?]+)\?=/gi)].map(([, word]) =>
			Buffer.from(word ?? '', 'base64')
		);
		expect(Buffer.concat(words).toString('utf8') || subject).toBe(code.subject);
	});

	it('keeps its connection for the next message', async () => {
		const office = await postOffice();
		const mail = mailTo(office.port);
		for (let i = 0; i < 3; i++) await mail.send(code);
		expect(office.received).toHaveLength(3);
		expect(office.connections()).toBe(1);
	});

	it('fails when the server knows neither us nor the address', async () => {
		const office = await postOffice({
			onRcptTo: ({ address }, _, done) => done(address.startsWith('nobody') ? new Error('550 no such person') : null)
		});
		await expect(mailTo(office.port, 'shop:wrong@').send(code)).rejects.toThrow(/535/);
		await expect(mailTo(office.port).send({ ...code, to: 'nobody@example.com' })).rejects.toThrow();
		expect(office.received).toEqual([]);
	});

	it('fails when nobody answers', async () => {
		const server = createServer().listen(0, '127.0.0.1');
		await once(server, 'listening');
		const { port } = server.address() as AddressInfo;
		await new Promise((done) => server.close(done));
		await expect(mailTo(port).send(code)).rejects.toThrow(/ECONNREFUSED/);
	});

	it('does not hand the password to a server that cannot prove who it is', async () => {
		const users: unknown[] = [];
		const office = await postOffice({
			hideSTARTTLS: false,
			onAuth: ({ username }, _, done) => {
				users.push(username);
				done(null, { user: username });
			}
		});
		await expect(mailTo(office.port).send(code)).rejects.toThrow(/certificate/i);
		expect(users).toEqual([]);
	});

	it('writes to one address only, whatever the address says', async () => {
		const office = await postOffice();
		const sly = { ...code, to: 'ann@example.com, eve@example.com\r\nBcc: mallory@example.com' };
		await mailTo(office.port)
			.send(sly)
			.catch(() => {});
		const reached = office.received.flatMap(({ to }) => to);
		expect(reached).not.toContain('eve@example.com');
		expect(reached).not.toContain('mallory@example.com');
		expect(office.received.some(({ text }) => /^Bcc:/im.test(text))).toBe(false);
	});
});

describe('mail without a server', () => {
	it('is written out with the code and without the address, and the last fifty are kept', async () => {
		const lines: string[] = [];
		const mail = localMail(
			(text) => lines.push(text),
			() => new Date(0)
		);
		for (let i = 0; i < 60; i++) await mail.send({ ...code, subject: `number ${i}` });
		expect(lines[0]).toContain('314159');
		expect(lines[0]).toContain('a…@example.com');
		expect(lines.join()).not.toContain('ann@example.com');
		expect(mail.recent()).toHaveLength(50);
		expect(mail.recent()[0]).toMatchObject({ to: 'ann@example.com', subject: 'number 59', at: new Date(0) });
	});

	it.each([
		['ann@example.com', 'a…@example.com'],
		['я@пример.рф', 'я…@пример.рф']
	])('masks %s as %s', (address, masked) => {
		expect(maskedAddress(address)).toBe(masked);
	});
});
