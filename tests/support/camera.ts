/** Pictures for Chromium's fake camera: Y4M (I420), two frames that it repeats for ever. */
export interface Picture {
	width: number;
	height: number;
	/** brightness of each pixel, line by line */
	grey: Uint8Array;
}

export function clipOf({ width, height, grey }: Picture): Buffer {
	const colours = Buffer.alloc((width * height) / 2, 128);
	const frame = Buffer.concat([Buffer.from('FRAME\n'), grey, colours]);
	return Buffer.concat([Buffer.from(`YUV4MPEG2 W${width} H${height} F30:1 Ip A1:1 C420mpeg2\n`), frame, frame]);
}

/** A grey wall: what a camera sees that nobody holds anything in front of. */
export const emptyClip = (width = 640, height = 480): Buffer =>
	clipOf({ width, height, grey: new Uint8Array(width * height).fill(120) });
