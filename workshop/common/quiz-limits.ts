/** 1,000 characters: a line of a terminal or two, not an essay. */
export const MAX_ANSWER_CHARACTERS = 1_000;

/** 20 options, of a paragraph each, are more than anybody compares. */
export const MAX_OPTIONS = 20;
