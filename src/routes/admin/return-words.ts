import { m } from '#messages';
import type { ReturnReason } from '#purchases';

/** Why goods come back, as the till and the console say it. */
export const returnReasonNames: Record<ReturnReason, () => string> = {
	faulty: m.till_reason_faulty,
	unwanted: m.till_reason_unwanted,
	wrong_size: m.till_reason_wrong_size,
	mistake: m.till_reason_mistake,
	other: m.till_reason_other
};
