/** The first word of a fence that is a hint of the step before it. */
export const HINT_WORD = "hint";
