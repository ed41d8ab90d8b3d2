/** The camera: opening it, its light, and what can go wrong with it in words a screen can choose by. */

export type CameraTrouble = 'insecure' | 'missing' | 'denied' | 'busy' | 'failed';

export interface Camera {
	stream: MediaStream;
	/** whether it has a light that can be switched */
	hasTorch: boolean;
	/** how many cameras there are to choose from */
	count: number;
	deviceId: string | undefined;
}

const troubles: Record<string, CameraTrouble> = {
	NotAllowedError: 'denied',
	SecurityError: 'denied',
	NotFoundError: 'missing',
	OverconstrainedError: 'missing',
	NotReadableError: 'busy',
	AbortError: 'busy'
};

/** What an error of the camera means. */
export const troubleOf = (error: unknown): CameraTrouble =>
	(error instanceof Error ? troubles[error.name] : undefined) ?? 'failed';

/**
 * Opens a camera: the one named, else the one that looks away from the user (or at them).
 * @throws what `getUserMedia` throws; `troubleOf` tells what it means
 */
export async function openCamera(facing: 'environment' | 'user', deviceId?: string): Promise<Camera> {
	const size = { width: { ideal: 1280 }, height: { ideal: 720 } };
	const stream = await navigator.mediaDevices.getUserMedia({
		audio: false,
		video: deviceId ? { deviceId: { exact: deviceId }, ...size } : { facingMode: { ideal: facing }, ...size }
	});
	const track = stream.getVideoTracks()[0];
	const capabilities = track?.getCapabilities?.() as (MediaTrackCapabilities & { torch?: boolean }) | undefined;
	const devices = await navigator.mediaDevices.enumerateDevices().catch(() => []);
	return {
		stream,
		hasTorch: capabilities?.torch === true,
		count: devices.filter(({ kind }) => kind === 'videoinput').length,
		deviceId: track?.getSettings().deviceId
	};
}

/** The camera after this one, in the order the device lists them. */
export async function otherCamera(current: string | undefined): Promise<string | undefined> {
	const cameras = (await navigator.mediaDevices.enumerateDevices()).filter(({ kind }) => kind === 'videoinput');
	const at = cameras.findIndex(({ deviceId }) => deviceId === current);
	return cameras[(at + 1) % cameras.length]?.deviceId;
}

/** Switches the light; some cameras say they have one and refuse. */
export async function setTorch(camera: Camera, on: boolean): Promise<boolean> {
	try {
		await camera.stream.getVideoTracks()[0]?.applyConstraints({ advanced: [{ torch: on } as MediaTrackConstraintSet] });
		return on;
	} catch {
		return false;
	}
}

/** Gives the camera back: its lamp goes out. */
export function closeCamera(camera: Camera | null): void {
	for (const track of camera?.stream.getTracks() ?? []) track.stop();
}
