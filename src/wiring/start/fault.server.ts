/** Why the app cannot start, in words for whoever started it: said alone, without a stack. */
export class StartFault extends Error {
	override name = 'StartFault';
}
