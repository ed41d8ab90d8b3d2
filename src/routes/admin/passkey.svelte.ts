import type {
	AuthenticationResponseJSON,
	PublicKeyCredentialCreationOptionsJSON,
	PublicKeyCredentialRequestOptionsJSON,
	RegistrationResponseJSON
} from '@simplewebauthn/browser';
import { api } from '#client/trpc.ts';
import { minute } from '#core/time';
import { m } from '#messages';
import { Deed } from './deed.svelte.ts';

/** What came of asking the device; without an answer `problem` says why, for people; null: called off by ourselves. */
type Answered<T> = { answer: T; problem: null } | { answer: null; problem: string | null };

/** Loaded when a passkey is asked for: no page brings it at the start. */
const webauthn = () => import('@simplewebauthn/browser');

export const hasPasskeys = (): boolean => 'PublicKeyCredential' in globalThis;

async function asked<T>(ask: (library: Awaited<ReturnType<typeof webauthn>>) => Promise<T>): Promise<Answered<T>> {
	try {
		return { answer: await ask(await webauthn()), problem: null };
	} catch (error) {
		const { name, code } = error as { name?: string; code?: string };
		if (code === 'ERROR_CEREMONY_ABORTED' || name === 'AbortError') return { answer: null, problem: null };
		if (code === 'ERROR_AUTHENTICATOR_PREVIOUSLY_REGISTERED')
			return { answer: null, problem: m.refusal_identity_passkey_exists() };
		const problem = name === 'NotAllowedError' ? m.admin_passkey_cancelled() : m.admin_passkey_failed();
		return { answer: null, problem };
	}
}

/** Lets the device make a passkey. */
export const makePasskey = (
	optionsJSON: PublicKeyCredentialCreationOptionsJSON
): Promise<Answered<RegistrationResponseJSON>> => asked(({ startRegistration }) => startRegistration({ optionsJSON }));

/**
 * Lets the device show a passkey.
 * @param useBrowserAutofill it waits in the list under the field for the address, and asks nothing by itself
 */
export const showPasskey = (
	optionsJSON: PublicKeyCredentialRequestOptionsJSON,
	useBrowserAutofill = false
): Promise<Answered<AuthenticationResponseJSON>> =>
	asked(({ startAuthentication }) =>
		// The page says itself which field it is; the library would find it only if it were the last in the list.
		startAuthentication({ optionsJSON, useBrowserAutofill, verifyBrowserAutofillInput: false })
	);

/**
 * Tells the device which passkeys still count, or of one that does not, so that it stops offering it. Nothing depends on
 * it: browsers that cannot, and devices that do not care, go on as before.
 */
export async function tellDevice(
	signal:
		{ rpID: string; userID: string; allAcceptedCredentialIDs: string[] } | { rpID: string; unknownCredentialID: string }
): Promise<void> {
	const { sendSignal } = await webauthn();
	const sent =
		'userID' in signal
			? sendSignal({ signalName: 'allAcceptedCredentials', ...signal })
			: sendSignal({ signalName: 'unknownCredential', rpID: signal.rpID, credentialID: signal.unknownCredentialID });
	await sent.catch(() => undefined);
}

/** Shorter than a challenge lasts (`challengeMinutes`): a page left open goes on offering passkeys. */
const askedAnew = 4 * minute;

/** The sign-in with a passkey: by a button, and meanwhile in the list of the field for the address. */
export class PasskeyDoor {
	busy = $state(false);
	problem = $state<string | null>(null);

	readonly #onopen: () => void;
	readonly #sign = new Deed<{ response: AuthenticationResponseJSON }, unknown>((calls, { response }) =>
		calls.admin.identity.passkeys.signIn.mutate({ response })
	);
	#timer: ReturnType<typeof setTimeout> | undefined;

	constructor(onopen: () => void) {
		this.#onopen = onopen;
	}

	/** Offers passkeys in the list of the field for the address, where the browser can, until `leave`. */
	async offer(): Promise<void> {
		const { browserSupportsWebAuthnAutofill } = await webauthn();
		if (await browserSupportsWebAuthnAutofill()) await this.#wait();
	}

	async #wait(): Promise<void> {
		clearTimeout(this.#timer);
		this.#timer = setTimeout(() => void this.#wait(), askedAnew);
		const options = await api.admin.identity.passkeys.ask.mutate().catch(() => null);
		if (!options || this.busy) return;
		const { answer } = await showPasskey(options, true);
		if (answer) await this.#open(answer);
	}

	/** Asks for one at once. */
	async press(): Promise<void> {
		if (this.busy) return;
		clearTimeout(this.#timer);
		this.busy = true;
		this.problem = null;
		try {
			const ask = new Deed<object, PublicKeyCredentialRequestOptionsJSON>((calls) =>
				calls.admin.identity.passkeys.ask.mutate()
			);
			const options = await ask.go({});
			if (!options) {
				this.problem = ask.problem;
				return;
			}
			const { answer, problem } = await showPasskey(options.answer);
			this.problem = problem;
			if (answer) await this.#open(answer);
		} finally {
			this.busy = false;
		}
		if (this.problem) void this.offer();
	}

	async #open(response: AuthenticationResponseJSON): Promise<void> {
		const opened = await this.#sign.go({ response });
		this.problem = this.#sign.problem;
		if (this.#sign.refusal?.code === 'identity.passkey_unknown')
			void tellDevice({ rpID: location.hostname, unknownCredentialID: response.id });
		if (opened) this.#onopen();
		else void this.#wait();
	}

	async leave(): Promise<void> {
		clearTimeout(this.#timer);
		const { WebAuthnAbortService } = await webauthn();
		WebAuthnAbortService.cancelCeremony();
	}
}
