import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';
import type {
	AuthenticationResponseJSON,
	PublicKeyCredentialCreationOptionsJSON,
	PublicKeyCredentialRequestOptionsJSON,
	RegistrationResponseJSON
} from '@simplewebauthn/server';
import { isoCBOR } from '@simplewebauthn/server/helpers';

type Cbor = Parameters<typeof isoCBOR.encode>[0];

const base64url = (bytes: Buffer | Uint8Array): string => Buffer.from(bytes).toString('base64url');
const sha256 = (text: string | Buffer): Buffer => createHash('sha256').update(text).digest();

/** What a device says of how it was used (WebAuthn, 6.1). */
const flag = { present: 1, verified: 4, backupEligible: 8, backedUp: 16, attested: 64 };

/** How a device or a page may lie. */
interface Lies {
	origin?: string;
	host?: string;
	/** pressed, but not unlocked */
	unverified?: boolean;
	/** what its counter says, instead of one more */
	counter?: number;
	type?: string;
	/** signs with another key */
	forged?: boolean;
}

/**
 * A device with passkeys, in software: it signs as WebAuthn level 3 says, with ES256 and without attestation, and counts.
 * What a browser would add (origin, type, challenge) is added here, too.
 */
export class Device {
	private readonly keys: { id: Buffer; key: KeyObject; userHandle: string }[] = [];
	counter = 0;
	private readonly origin: string;
	private readonly counts: boolean;

	/** @param counts false: as passkeys that are kept on several devices, whose counter stays zero */
	constructor(origin = 'http://localhost', counts = true) {
		this.origin = origin;
		this.counts = counts;
	}

	private client(type: string, challenge: string, origin: string): Buffer {
		return Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }));
	}

	private authData(host: string, { unverified, counter }: Lies, attested: Buffer = Buffer.alloc(0)): Buffer {
		const next = counter ?? (this.counts ? ++this.counter : 0);
		const flags =
			flag.present |
			(unverified ? 0 : flag.verified) |
			(this.counts ? 0 : flag.backupEligible | flag.backedUp) |
			(attested.length > 0 ? flag.attested : 0);
		const count = Buffer.alloc(4);
		count.writeUInt32BE(next);
		return Buffer.concat([sha256(host), Buffer.from([flags]), count, attested]);
	}

	make(options: PublicKeyCredentialCreationOptionsJSON, lies: Lies = {}): RegistrationResponseJSON {
		const id = randomBytes(32);
		const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
		const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
		const cose = isoCBOR.encode(
			new Map<number, number | Uint8Array>([
				[1, 2],
				[3, -7],
				[-1, 1],
				[-2, new Uint8Array(Buffer.from(x, 'base64url'))],
				[-3, new Uint8Array(Buffer.from(y, 'base64url'))]
			])
		);
		const attested = Buffer.concat([Buffer.alloc(16), Buffer.from([0, id.length]), id, cose]);
		const authData = this.authData(lies.host ?? options.rp.id ?? '', lies, attested);
		const attestation = isoCBOR.encode(
			new Map<string, Cbor>([
				['fmt', 'none'],
				['attStmt', new Map<string, Cbor>()],
				['authData', new Uint8Array(authData)]
			])
		);
		this.keys.push({ id, key: privateKey, userHandle: options.user.id });
		const clientData = this.client(lies.type ?? 'webauthn.create', options.challenge, lies.origin ?? this.origin);
		return {
			id: base64url(id),
			rawId: base64url(id),
			type: 'public-key',
			response: {
				clientDataJSON: base64url(clientData),
				attestationObject: base64url(attestation),
				transports: ['internal']
			},
			clientExtensionResults: {}
		};
	}

	/** Shows the passkey that was made last, or the one that is asked for. */
	show(options: PublicKeyCredentialRequestOptionsJSON, lies: Lies = {}): AuthenticationResponseJSON {
		const wanted = options.allowCredentials?.map(({ id }) => id) ?? [];
		const found = this.keys.findLast(({ id }) => wanted.length === 0 || wanted.includes(base64url(id)));
		if (!found) throw new Error('the device has no such passkey');
		const authData = this.authData(lies.host ?? options.rpId ?? '', lies);
		const clientData = this.client(lies.type ?? 'webauthn.get', options.challenge, lies.origin ?? this.origin);
		const key = lies.forged ? generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey : found.key;
		const signature = sign('sha256', Buffer.concat([authData, sha256(clientData)]), key);
		return {
			id: base64url(found.id),
			rawId: base64url(found.id),
			type: 'public-key',
			response: {
				clientDataJSON: base64url(clientData),
				authenticatorData: base64url(authData),
				signature: base64url(signature),
				userHandle: found.userHandle
			},
			clientExtensionResults: {}
		};
	}
}
