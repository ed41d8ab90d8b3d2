/** Reminders' back door. */
export { soonUntil } from './endings.server.ts';
export { remind, reminderJobs } from './remind.server.ts';
export { reminderSteps } from './member-steps.server.ts';
