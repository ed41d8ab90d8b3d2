/** A QR code as one SVG path. */
import core from 'qrcode/lib/core/qrcode.js';

/** Modules of white that a reader needs on every side (ISO/IEC 18004). */
export const quietZone = 4;

export interface QrPath {
	/** an SVG path, one unit a module, the quiet zone included */
	path: string;
	/** units on each side, the quiet zone included */
	side: number;
}

/**
 * Draws a text. Upper-case letters and digits give the smallest code.
 * @param correction how much dirt it survives: L 7 %, M 15 %, Q 25 %, H 30 %
 */
export function qrPath(text: string, correction: 'L' | 'M' | 'Q' | 'H' = 'M'): QrPath {
	const { modules } = core.create(text, { errorCorrectionLevel: correction });
	const { size } = modules;
	let path = '';
	for (let y = 0; y < size; y++) {
		for (let x = 0; x < size; x++) {
			if (!modules.get(y, x)) continue;
			const from = x;
			while (x < size && modules.get(y, x)) x++;
			// whole runs, not single modules: no hairlines between neighbours, and a third of the bytes
			path += `M${from + quietZone} ${y + quietZone}h${x - from}v1h${from - x}z`;
		}
	}
	return { path, side: size + 2 * quietZone };
}
