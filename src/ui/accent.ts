/**
 * The programme's own accent: one colour chosen by its owner becomes the seven that the pages need, in light and dark,
 * with the contrasts of WCAG 2.2 AA held whatever was chosen. Colour mathematics: Björn Ottosson, "A perceptual color
 * space for image processing" (Oklab, 2020); contrast: WCAG 2.2, relative luminance.
 */

type Rgb = readonly [number, number, number];
interface Lch {
	l: number;
	c: number;
	h: number;
}

const toLinear = (v: number): number => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
const toGamma = (v: number): number => (v <= 0.0031308 ? v * 12.92 : 1.055 * v ** (1 / 2.4) - 0.055);

/** `#rgb` or `#rrggbb`; null for anything else. */
export function readHex(hex: string): Rgb | null {
	const match = /^#?([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(hex.trim());
	if (!match?.[1]) return null;
	const full = match[1].length === 3 ? match[1].replace(/./g, '$&$&') : match[1];
	const at = (index: number) => parseInt(full.slice(index, index + 2), 16) / 255;
	return [at(0), at(2), at(4)];
}

const writeHex = (rgb: Rgb): string =>
	`#${rgb
		.map((v) =>
			Math.round(Math.min(1, Math.max(0, v)) * 255)
				.toString(16)
				.padStart(2, '0')
		)
		.join('')}`;

function lchOf(rgb: Rgb): Lch {
	const [r, g, b] = rgb.map(toLinear) as [number, number, number];
	const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
	const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
	const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
	const a = 1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s;
	const bb = 0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s;
	return {
		l: 0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
		c: Math.hypot(a, bb),
		h: Math.atan2(bb, a)
	};
}

function rgbOf({ l, c, h }: Lch): Rgb {
	const a = c * Math.cos(h);
	const b = c * Math.sin(h);
	const long = (l + 0.3963377774 * a + 0.2158037573 * b) ** 3;
	const medium = (l - 0.1055613458 * a - 0.0638541728 * b) ** 3;
	const short = (l - 0.0894841775 * a - 1.291485548 * b) ** 3;
	return [
		4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
		-1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
		-0.0041960863 * long - 0.7034186147 * medium + 1.707614701 * short
	].map((v) => toGamma(Math.max(0, v))) as unknown as Rgb;
}

const inGamut = (rgb: Rgb): boolean => rgb.every((v) => v >= -0.001 && v <= 1.001);

/** The colour with this lightness and hue, as colourful as a screen can show it, up to `c`. */
function shade(l: number, c: number, h: number): Rgb {
	let chroma = c;
	while (chroma > 0.002 && !inGamut(rgbOf({ l, c: chroma, h }))) chroma -= 0.004;
	return rgbOf({ l, c: Math.max(0, chroma), h });
}

const luminance = (rgb: Rgb): number => {
	const [r, g, b] = rgb.map((v) => toLinear(Math.min(1, Math.max(0, v)))) as [number, number, number];
	return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};

/** Contrast of two colours, 1 to 21. */
export function contrast(one: string, other: string): number {
	const a = luminance(readHex(one) ?? [0, 0, 0]);
	const b = luminance(readHex(other) ?? [0, 0, 0]);
	return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

/** Walks the lightness from `from` by `step` until the colour reaches the contrast against a background. */
function reach(from: number, step: number, c: number, h: number, against: string, least: number): string {
	for (let l = from; l > 0.02 && l < 0.99; l += step) {
		const hex = writeHex(shade(l, c, h));
		if (contrast(hex, against) >= least) return hex;
	}
	return step < 0 ? '#000000' : '#ffffff';
}

export interface AccentColours {
	accent: string;
	accentStrong: string;
	onAccent: string;
	accentSoft: string;
	accentInk: string;
	focus: string;
}

// The papers that accents stand on (`--sunken`, the darkest of the light ones and `--raised`, the lightest of the dark).
const lightPaper = '#f1eee8';
const darkPaper = '#252219';

/** The accent's colours for one theme, from a colour as it was chosen; null when that is no colour. */
export function accentColours(hex: string, theme: 'light' | 'dark'): AccentColours | null {
	const rgb = readHex(hex);
	if (!rgb) return null;
	const { l, c, h } = lchOf(rgb);
	if (theme === 'light') {
		const accent = reach(Math.min(l, 0.62), -0.01, c, h, lightPaper, 4.6);
		const own = lchOf(readHex(accent) ?? rgb);
		const soft = writeHex(shade(0.945, Math.min(0.03, c * 0.35), h));
		return {
			accent,
			accentStrong: writeHex(shade(own.l - 0.065, c, h)),
			onAccent: '#fdfcf9',
			accentSoft: soft,
			accentInk: reach(own.l, -0.01, c, h, soft, 4.6),
			focus: reach(0.6, -0.01, c, h, lightPaper, 3.1)
		};
	}
	const calm = Math.min(c, 0.11);
	const accent = reach(Math.max(l, 0.74), 0.01, calm, h, darkPaper, 4.6);
	const own = lchOf(readHex(accent) ?? rgb);
	const soft = writeHex(shade(0.292, Math.min(0.045, c * 0.45), h));
	return {
		accent,
		accentStrong: writeHex(shade(Math.min(0.95, own.l + 0.055), calm, h)),
		onAccent: writeHex(shade(0.2, Math.min(0.04, c * 0.4), h)),
		accentSoft: soft,
		accentInk: reach(own.l, 0.01, calm, h, soft, 4.6),
		focus: reach(0.7, 0.01, calm, h, darkPaper, 3.1)
	};
}

const declarations = (colours: AccentColours): string =>
	Object.entries(colours)
		.map(([name, value]) => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}:${value}`)
		.join(';');

/**
 * The style sheet that gives pages the programme's accent: put it into a `<style>` of the head, before or after the
 * others (its selectors weigh more). Empty when the text is no colour, so that the product's own accent stays.
 */
export function accentSheet(hex: string): string {
	const light = accentColours(hex, 'light');
	const dark = accentColours(hex, 'dark');
	if (!light || !dark) return '';
	return (
		`:root:root,[data-theme][data-theme]{${declarations(light)}}` +
		`@media (prefers-color-scheme:dark){:root:root:not([data-theme]){${declarations(dark)}}}` +
		`[data-theme][data-theme=dark]{${declarations(dark)}}`
	);
}
