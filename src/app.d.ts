import type { Actor } from '#core/actor';
import type { Language } from '#core/languages';
import type { KeptMessage } from './platform/mail/local.server.ts';
import type { WireRefusal } from './platform/trpc.server.ts';
import type { Caller } from './wiring/router.server.ts';

declare global {
	namespace App {
		interface Error {
			/** for people: the refusal's sentence, where there is one */
			message: string;
			requestId?: string;
			refusal?: WireRefusal & { attachment: unknown };
		}
		interface Locals {
			requestId: string;
			/** the instant of the request */
			now: Date;
			language: Language;
			/** who asks on the face this path belongs to */
			actor: Actor;
			/** the procedures, in-process; a refusal comes out as kit's error with its status and sentence */
			api: Caller;
			/** messages that were shown instead of sent, newest first; null where mail leaves, or for others than this machine */
			localMail(): readonly KeptMessage[] | null;
		}
	}
}
export {};
