/**
 * The words that lists of stolen passwords begin with, as far as they are long enough to be chosen at all or become so
 * by a year or a few signs at their end; in small letters, with the usual figures for letters written back.
 */
const words = [
	'password',
	'passwort',
	'parol',
	'qwerty',
	'qwertz',
	'azerty',
	'qwertyuiop',
	'qwertzuiop',
	'asdfghjkl',
	'zxcvbnm',
	'iloveyou',
	'letmein',
	'welcome',
	'admin',
	'administrator',
	'changeme',
	'secret',
	'sunshine',
	'princess',
	'football',
	'baseball',
	'superman',
	'batman',
	'dragon',
	'monkey',
	'master',
	'michael',
	'jesus',
	'login',
	'default',
	'guest',
	'test',
	'hello',
	'summer',
	'winter',
	'spring',
	'autumn',
	'monday',
	'woaini',
	'pareto',
	'йцукен',
	'йцукенгшщз',
	'пароль',
	'привет'
];

/** Rows of keyboards, forwards; a run along one of them is no secret. */
const rows = [
	'01234567890',
	'1234567890',
	'abcdefghijklmnopqrstuvwxyz',
	'qwertyuiop',
	'qwertzuiop',
	'asdfghjkl',
	'zxcvbnm',
	'1qaz2wsx3edc4rfv5tgb6yhn7ujm',
	'1q2w3e4r5t6y7u8i9o0p',
	'йцукенгшщзхъ',
	'абвгдеёжзийклмнопрстуфхцчшщъыьэюя'
];

const reversed = (text: string): string => [...text].reverse().join('');
const runs = rows.flatMap((row) => [row.repeat(2), reversed(row).repeat(2)]);

const figures: Record<string, string> = {
	'0': 'o',
	'1': 'i',
	'3': 'e',
	'4': 'a',
	'5': 's',
	'7': 't',
	'@': 'a',
	$: 's'
};

/** The shortest run that counts as one: `abc` stands in many words. */
const shortestRun = 4;

/** How long the run along a row is that a text begins with; 0: none. */
function runAt(text: string): number {
	let longest = 0;
	for (const run of runs)
		for (let length = shortestRun; length <= text.length && run.includes(text.slice(0, length)); length++)
			longest = Math.max(longest, length);
	return longest;
}

/** Whether nothing is left of a text once the runs along rows of keys are taken out of it. */
function isRuns(text: string): boolean {
	for (let at = 0; at < text.length;) {
		const length = runAt(text.slice(at));
		if (length === 0) return false;
		at += length;
	}
	return true;
}

/** The shortest piece that a text is made of by repeating: `abab` is `ab`. */
function pieceOf(text: string): string {
	for (let length = 1; length <= text.length / 2; length++)
		if (text.length % length === 0 && text.slice(0, length).repeat(text.length / length) === text)
			return text.slice(0, length);
	return text;
}

/**
 * Whether a password is among the first that anybody would try: a run of keys, one piece again and again, figures
 * alone, or a word from the head of the lists with figures and signs around it. Length alone does not help against these; anything
 * beyond them is left to length and to the lock after wrong tries (NIST SP 800-63B asks for such a list and advises
 * against rules about kinds of characters).
 */
export function isSimplePassword(password: string): boolean {
	const text = password.normalize('NFKC').toLowerCase();
	if (pieceOf(text).length <= 4 || isRuns(text) || isRuns(pieceOf(text))) return true;
	const letters = (from: string) => from.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, '');
	const plain = letters(text);
	// `p4ssw0rd2024`: the figures at the end are an end, those within are letters
	const read = letters([...plain].map((sign) => figures[sign] ?? sign).join(''));
	return [plain, read, pieceOf(plain)].some((word) => word === '' || words.includes(word));
}
