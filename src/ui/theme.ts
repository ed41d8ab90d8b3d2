/** How the pages look: as the device says, or as its owner chose here. */
export const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

export const themeCookie = 'theme';
/** The paper's colour in the browser's own bars; the same as `--canvas` in app.css. */
export const paper = { light: '#f9f7f2', dark: '#13110e' } as const;

export const isTheme = (text: unknown): text is Theme => (themes as readonly unknown[]).includes(text);

/** What the page's head says for a theme: the colours of the browser's bars, one or two by the system's wish. */
export function themeColourTags(theme: Theme): string {
	const tag = (colour: string, media: string) => `<meta name="theme-color" content="${colour}"${media} />`;
	if (theme !== 'system') return tag(paper[theme], '');
	return (
		tag(paper.light, ' media="(prefers-color-scheme: light)"') +
		tag(paper.dark, ' media="(prefers-color-scheme: dark)"')
	);
}

/** Changes the theme of the page that is open and keeps it for the next ones (a year, for the whole site). */
export function chooseTheme(theme: Theme): void {
	const root = document.documentElement;
	if (theme === 'system') delete root.dataset.theme;
	else root.dataset.theme = theme;
	document.cookie = `${themeCookie}=${theme}; path=/; max-age=31536000; samesite=lax`;
	for (const tag of document.querySelectorAll('meta[name="theme-color"]')) tag.remove();
	document.head.insertAdjacentHTML('beforeend', themeColourTags(theme));
	const scheme = document.querySelector('meta[name="color-scheme"]');
	scheme?.setAttribute('content', theme === 'system' ? 'light dark' : theme);
}

/** The theme the open page shows by choice. */
export function chosenTheme(): Theme {
	const theme = document.documentElement.dataset.theme;
	return isTheme(theme) ? theme : 'system';
}
