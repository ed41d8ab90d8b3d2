import { largestImage } from '#stores';

/** pixels of the longer side: enough for a tablet's grid and a phone's whole width */
const widest = 1024;

/**
 * A picture made ready to be sent: no larger than it is ever shown, without what a camera wrote into it. Null: the browser
 * cannot read it.
 */
export async function readyPicture(file: Blob): Promise<Blob | null> {
	let picture: ImageBitmap;
	try {
		picture = await createImageBitmap(file);
	} catch {
		return null;
	}
	const scale = Math.min(1, widest / Math.max(picture.width, picture.height));
	const canvas = document.createElement('canvas');
	canvas.width = Math.max(1, Math.round(picture.width * scale));
	canvas.height = Math.max(1, Math.round(picture.height * scale));
	canvas.getContext('2d')?.drawImage(picture, 0, 0, canvas.width, canvas.height);
	picture.close();
	for (const quality of [0.85, 0.6]) {
		const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/webp', quality));
		if (blob && blob.size <= largestImage) return blob;
	}
	return null;
}
