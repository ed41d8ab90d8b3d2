/**
 * The words of a text as they are compared: without case, accents and punctuation, and with one form of letters that
 * keyboards write differently.
 */
export const foldWords = (text: string): string[] =>
	text
		.normalize('NFKD')
		.replace(/\p{M}/gu, '')
		// Arabic keyboards write ي and ك where Persian names have ی and ک.
		.replace(/ي/g, 'ی')
		.replace(/ك/g, 'ک')
		.toLowerCase()
		.split(/[^\p{L}\p{N}]+/u)
		.filter((word) => word !== '');

/** The same as one text, for names that must not exist twice. */
export const foldText = (text: string): string => foldWords(text).join(' ');
