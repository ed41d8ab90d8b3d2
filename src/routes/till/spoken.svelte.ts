/** What was just done, for those who do not see the screen change. */
export const spoken = $state({ text: '' });
