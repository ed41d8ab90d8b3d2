/** Reminders' back door. */
export { remind, reminderJobs } from './remind.server.ts';
export { reminderSteps } from './member-steps.server.ts';
