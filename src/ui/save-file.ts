/** Gives the browser a file that was made for it; it lies in no other place. */
export function saveFile(name: string, bytes: Uint8Array<ArrayBuffer>, type: string): void {
	const address = URL.createObjectURL(new Blob([bytes], { type }));
	const link = document.createElement('a');
	link.href = address;
	link.download = name;
	link.click();
	// Browsers read the address after the press; a minute is long for that, and short for somebody's data.
	setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
