/** What other modules may ask of groups on the server. */
export { addMember, leave, setRole, type Adding, type Leaving } from './belonging.server.ts';
export { edit, end, found, setShares, type Founding } from './groups.server.ts';
export { groupSteps } from './member-steps.server.ts';
export { belongingsOf, belongingsOfAll, purseOf } from './views.server.ts';
