/** A broken promise inside our own code: logged with the request id, answered as 500, never shown in detail. */
export class Bug extends Error {
	override name = 'Bug';
}

/** Asserts what the code itself guarantees. For what people or other systems send, refuse instead. */
export function must(condition: unknown, why: string): asserts condition {
	if (!condition) throw new Bug(why);
}

/** The value, where the code guarantees that there is one. */
export function present<T>(value: T | null | undefined, why: string): T {
	if (value === null || value === undefined) throw new Bug(why);
	return value;
}

/** Makes the compiler prove that every case of a union was handled. */
export function never(value: never): never {
	throw new Bug(`unhandled case: ${JSON.stringify(value)}`);
}
