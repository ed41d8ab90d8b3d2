/** What a till shows comes from the tablet itself: the open sale, the kept catalogue. There is nothing to draw on a server. */
export const ssr = false;
