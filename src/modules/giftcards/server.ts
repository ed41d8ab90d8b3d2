export { loadCards, type CardState } from './facts.server.ts';
