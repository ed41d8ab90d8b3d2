/** One e-mail. Both bodies say the same; `html` is a whole document. */
export interface Message {
	to: string;
	subject: string;
	text: string;
	html: string;
}

/** The port through which mail leaves. `send` resolves when the next server has taken the message. */
export interface Mail {
	send(message: Message): Promise<void>;
}

/** The first letter and the domain: enough to recognise one's own address, too little to write to it. */
export const maskedAddress = (address: string): string => address.replace(/^(.)[^@]*(?=@)/u, '$1…');

/** Whether a mail server said for good that it does not take letters to this address: trying again changes nothing. */
export function refusesAddress(error: unknown): boolean {
	const { code, responseCode } = (error ?? {}) as { code?: unknown; responseCode?: unknown };
	return code === 'EENVELOPE' && typeof responseCode === 'number' && responseCode >= 500;
}
