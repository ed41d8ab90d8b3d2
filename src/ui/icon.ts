import type { Component } from 'svelte';

/** An icon's component, imported by its own path: `import Check from '@lucide/svelte/icons/check'`. */
export type IconSource = Component<{
	size?: number | string;
	strokeWidth?: number | string;
	class?: string;
}>;
