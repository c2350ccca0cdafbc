/** How long a text is as UTF-8, which is what servers and browsers count. */
export const bytes = (text) => new Blob([text]).size;
