import { setFlagsFromString } from 'node:v8';

/** How much more than what is in use may gather before it is looked through, in per cent of what is in use. */
export const smallHeap = '--heap-growing-percent=100';

/**
 * Keeps the process small beside its work. Left alone, Node on a machine with much memory lets the heap grow to four times
 * what is in use, and keeps the room: of a server that uses 55 MB those are 110 MB more, to save it a hundredth of its time.
 * Said while it runs, since a Node that does not know the word must start all the same.
 */
export function keepHeapSmall(): void {
	setFlagsFromString(smallHeap);
}
