/**
 * Reads codes from pictures. Loaded only when a camera runs: the decoder is 0.9 MB of WebAssembly (0.3 MB as served). Its
 * file comes from our own server; the library's default is a public CDN, which neither works offline nor passes our
 * content policy.
 */
import { BarcodeDetector, prepareZXingModule, type BarcodeFormat } from 'barcode-detector/ponyfill';
import wasm from 'zxing-wasm/reader/zxing_reader.wasm?url';

export type { BarcodeFormat };

export interface Decoder {
	/** the texts of the codes in a picture; none where it shows none */
	read(picture: HTMLVideoElement | ImageBitmap | Blob): Promise<string[]>;
}

let ready: Promise<unknown> | undefined;

/** Loads the decoder (once) and prepares it for these kinds of code. */
export async function loadDecoder(formats: readonly BarcodeFormat[]): Promise<Decoder> {
	ready ??= prepareZXingModule({
		overrides: { locateFile: (path: string, prefix: string) => (path.endsWith('.wasm') ? wasm : prefix + path) },
		fireImmediately: true
	});
	try {
		await ready;
	} catch (error) {
		ready = undefined;
		throw error;
	}
	const detector = new BarcodeDetector({ formats: [...formats] });
	return {
		read: async (picture) =>
			(await detector.detect(picture)).map(({ rawValue }) => rawValue).filter((text) => text !== '')
	};
}
