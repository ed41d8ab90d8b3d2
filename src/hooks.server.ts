import { sequence } from '@sveltejs/kit/hooks';
import { language } from '#wiring/hooks/language.server';
import { theme } from '#wiring/hooks/theme.server';

export const handle = sequence(language, theme);
