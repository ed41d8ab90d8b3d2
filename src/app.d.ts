declare global {
	namespace App {
		interface Error {
			message: string;
			requestId?: string;
		}
		interface Locals {
			requestId: string;
			actor: import('#core/actor').Actor;
			language: import('#core/languages').Language;
		}
	}
}
export {};
