/**
 * Slips of the finger in an e-mail address, as far as they can be seen: whoever types `ann@gmial.com` is asked whether they
 * meant `ann@gmail.com`. Only asked: every domain may be somebody's.
 */

/** Where most people have their mail, in the countries our languages are spoken in and around them. */
const known = [
	...['gmail.com', 'googlemail.com', 'yahoo.com', 'yahoo.co.uk', 'yahoo.de', 'yahoo.fr', 'yahoo.it', 'ymail.com'],
	...['hotmail.com', 'hotmail.co.uk', 'hotmail.de', 'hotmail.fr', 'hotmail.it', 'outlook.com', 'outlook.de'],
	...['live.com', 'live.co.uk', 'msn.com', 'icloud.com', 'me.com', 'mac.com', 'aol.com', 'mail.com', 'email.com'],
	...['gmx.com', 'gmx.de', 'gmx.net', 'gmx.at', 'gmx.ch', 'web.de', 't-online.de', 'freenet.de', 'posteo.de'],
	...['mailbox.org', 'proton.me', 'protonmail.com', 'pm.me', 'fastmail.com', 'zoho.com', 'tutanota.com', 'hey.com'],
	...['mail.ru', 'yandex.ru', 'yandex.com', 'ya.ru', 'bk.ru', 'inbox.ru', 'list.ru', 'rambler.ru', 'internet.ru'],
	...['qq.com', '163.com', '126.com', 'foxmail.com', 'sina.com', 'sina.cn', 'sohu.com', 'aliyun.com', '139.com'],
	...[
		'orange.fr',
		'free.fr',
		'laposte.net',
		'libero.it',
		'bluewin.ch',
		'chmail.ir',
		'mail.de',
		'mail.ee',
		'btinternet.com'
	]
] as const;
const knownSet: ReadonlySet<string> = new Set(known);

/** Ends that no domain has, and what was meant. */
const endings: Record<string, string> = {
	con: 'com',
	cmo: 'com',
	ocm: 'com',
	vom: 'com',
	xom: 'com',
	cpm: 'com',
	comm: 'com',
	coom: 'com',
	nte: 'net',
	ney: 'net',
	ogr: 'org',
	orgg: 'org',
	rru: 'ru'
};

/** Steps from one word to the other: a letter too many, too few, another one, or two that changed places. */
function distance(a: string, b: string): number {
	let [before, row]: [number[], number[]] = [[], Array.from({ length: b.length + 1 }, (_, j) => j)];
	for (let i = 1; i <= a.length; i++) {
		const next = [i];
		for (let j = 1; j <= b.length; j++) {
			const same = a[i - 1] === b[j - 1];
			let least = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (same ? 0 : 1));
			const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
			if (swapped) least = Math.min(least, (before[j - 2] ?? 0) + 1);
			next.push(least);
		}
		[before, row] = [row, next];
	}
	return row[b.length] ?? 0;
}

/** A longer word bears two slips, a short one is another word by then. */
const near = (domain: string, other: string): boolean => {
	const steps = distance(domain, other);
	return steps === 1 || (steps === 2 && Math.min(domain.length, other.length) >= 9 && domain[0] === other[0]);
};

/** The domain that was probably meant; null: nothing strikes. */
function meant(domain: string): string | null {
	const tidy = domain
		.replace(/[,;/]/g, '.')
		.replace(/\.{2,}/g, '.')
		.replace(/^\.|\.$/g, '')
		.replace(/(?<=\.)[a-z]+$/, (end) => endings[end] ?? end);
	if (knownSet.has(tidy)) return tidy === domain ? null : tidy;
	const bare = tidy.replaceAll('.', '');
	const joined = known.find((each) => each.replaceAll('.', '') === bare || each.split('.')[0] === tidy);
	if (joined && bare.length > 3) return joined;
	const [closest] = known.filter((each) => near(tidy, each)).sort((a, b) => distance(tidy, a) - distance(tidy, b));
	return closest ?? (tidy === domain ? null : tidy);
}

/**
 * The address that somebody probably meant, or null where nothing strikes.
 * @param text as typed
 */
export function emailSlip(text: string): string | null {
	const address = text.normalize('NFKC').trim().toLowerCase();
	const at = address.lastIndexOf('@');
	if (at < 1 || at === address.length - 1 || address.length > 254 || /\s/.test(address)) return null;
	const domain = meant(address.slice(at + 1));
	return domain === null ? null : `${address.slice(0, at)}@${domain}`;
}
