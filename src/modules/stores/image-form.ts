/** What a picture is, by its own first bytes: neither its name nor what the browser calls it counts. */
export interface ImageForm {
	contentType: 'image/jpeg' | 'image/png' | 'image/webp';
	width: number;
	height: number;
}

/** bytes; the browser makes larger ones smaller before it sends them */
export const largestImage = 1_500_000;
/** pixels of a side */
export const widestImage = 4096;

export function imageForm(bytes: Uint8Array): ImageForm | null {
	if (bytes.length < 32) return null;
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	if (view.getUint32(0) === 0x89504e47 && view.getUint32(4) === 0x0d0a1a0a && view.getUint32(12) === 0x49484452)
		return sized('image/png', view.getUint32(16), view.getUint32(20));
	if (view.getUint32(0) === 0x52494646 && view.getUint32(8) === 0x57454250) return webp(view);
	return view.getUint16(0) === 0xffd8 ? jpeg(view) : null;
}

const sized = (contentType: ImageForm['contentType'], width: number, height: number): ImageForm | null =>
	width > 0 && height > 0 ? { contentType, width, height } : null;

/** The frame's header is one segment among others; each says how long it is. */
function jpeg(view: DataView): ImageForm | null {
	for (let at = 2; at + 9 < view.byteLength;) {
		if (view.getUint8(at) !== 0xff) return null;
		const marker = view.getUint8(at + 1);
		const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
		if (isFrame) return sized('image/jpeg', view.getUint16(at + 7), view.getUint16(at + 5));
		at += marker === 0xff ? 1 : 2 + view.getUint16(at + 2);
	}
	return null;
}

/** Three forms: lossy, lossless, extended. */
function webp(view: DataView): ImageForm | null {
	switch (view.getUint32(12)) {
		case 0x56503820:
			return sized('image/webp', view.getUint16(26, true) & 0x3fff, view.getUint16(28, true) & 0x3fff);
		case 0x5650384c: {
			const bits = view.getUint32(21, true);
			return sized('image/webp', (bits & 0x3fff) + 1, ((bits >> 14) & 0x3fff) + 1);
		}
		case 0x56503858:
			return sized('image/webp', 1 + u24(view, 24), 1 + u24(view, 27));
		default:
			return null;
	}
}

const u24 = (view: DataView, at: number): number =>
	view.getUint8(at) | (view.getUint8(at + 1) << 8) | (view.getUint8(at + 2) << 16);
