/** What the founder has set: {key, api, consent, signals}, as the script tag's data attributes. */
export let settings;

export const configure = (given) => (settings = given);
