/**
 * A Code 128 bar code (ISO/IEC 15417) as one SVG path, for scanners that read no squares. bwip-js draws it: kept up, and
 * the one symbology we use is some 120 kB, loaded only where labels are printed.
 */
import { code128, type DrawingContext } from 'bwip-js/generic';

/** Narrow bars of white that a reader needs on either side. */
export const barQuietZone = 10;

export interface BarPath {
	/** an SVG path, one unit a narrow bar, 1 unit high, the quiet zones included */
	path: string;
	/** units from side to side, the quiet zones included */
	width: number;
}

/** @param text letters, digits and signs of ASCII */
export function barPath(text: string): BarPath {
	const bars: { from: number; width: number }[] = [];
	const drawing: DrawingContext<void> = {
		scale: () => null,
		measure: () => ({ width: 0, ascent: 0, descent: 0 }),
		init: () => {},
		line: (x0, _y0, _x1, _y1, width) => void bars.push({ from: (x0 - width / 2) / 2, width: width / 2 }),
		polygon: () => {},
		hexagon: () => {},
		ellipse: () => {},
		fill: () => {},
		text: () => {},
		end: () => {}
	};
	// Two pixels for a narrow bar: the middle of a line is then a whole number, which it rounds to otherwise.
	code128({ bcid: 'code128', text, scale: 2 }, drawing);
	const [first, last] = [bars[0], bars.at(-1)];
	const start = first?.from ?? 0;
	return {
		path: bars.map(({ from, width }) => `M${from - start + barQuietZone} 0h${width}v1h${-width}z`).join(''),
		width: (last ? last.from + last.width - start : 0) + 2 * barQuietZone
	};
}
