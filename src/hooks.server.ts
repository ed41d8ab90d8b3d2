import { building } from '$app/environment';
import { sequence } from '@sveltejs/kit/hooks';
import { startBackground } from '#wiring/background.server';
import { actor } from '#wiring/hooks/actor.server';
import { language } from '#wiring/hooks/language.server';
import { localMail } from '#wiring/hooks/local-mail.server';
import { request } from '#wiring/hooks/request.server';
import { theme } from '#wiring/hooks/theme.server';

export const handle = sequence(request, language, actor, localMail, theme);

/** kit starts the server once while it builds, too: then nothing may run. */
export const init = () => (building ? undefined : startBackground());
