import { desk, everybody, type Entry } from './rights-entry.ts';

/** Passkeys: one's own, and at the door. The world's people have rights and no sessions. */
const ofSession: Entry = { who: desk, answers: 'identity.session_unknown' };
const own = { none: 'one’s own sign-ins' };
const noSession = { none: 'nobody of the world has a session' };
const signing = { none: 'signing in and out is not a change of the house' };

/** Answers of a passkey that nobody asked for. */
const passkey = { id: 'AAAA', rawId: 'AAAA', type: 'public-key' };
const shown = { ...passkey, response: { clientDataJSON: 'AAAA', authenticatorData: 'AAAA', signature: 'AAAA' } };
const made = { ...passkey, response: { clientDataJSON: 'AAAA', attestationObject: 'AAAA' } };

export const passkeyEntries: Record<string, Entry> = {
	'admin.account.passkeys.list': { who: desk },
	'admin.account.passkeys.begin': { ...ofSession, trail: noSession },
	'admin.account.passkeys.keep': { ...ofSession, input: () => ({ name: 'Phone', response: made }), trail: noSession },
	'admin.account.passkeys.rename': {
		who: desk,
		input: ({ key }) => ({ key: key(), id: 'pky_none', name: 'Phone' }),
		answers: 'identity.passkey_unknown',
		trail: noSession
	},
	'admin.account.passkeys.remove': {
		...ofSession,
		input: ({ key }) => ({ key: key(), id: 'pky_none' }),
		trail: noSession
	},
	'admin.account.passkeys.askToProve': { ...ofSession, trail: own },
	'admin.account.passkeys.prove': { ...ofSession, input: () => ({ response: shown }), trail: own },
	'admin.identity.passkeys.possible': { who: everybody },
	'admin.identity.passkeys.ask': { who: everybody, answers: 'identity.passkeys_impossible', trail: signing },
	'admin.identity.passkeys.signIn': {
		who: everybody,
		input: () => ({ response: shown }),
		answers: 'identity.passkey_over',
		trail: signing
	},
	'admin.identity.passkeys.beginEnrolment': {
		who: everybody,
		answers: 'identity.second_step_over',
		trail: signing
	},
	'admin.identity.passkeys.finishEnrolment': {
		who: everybody,
		input: () => ({ name: 'Phone', response: made }),
		answers: 'identity.second_step_over',
		trail: signing
	}
};
