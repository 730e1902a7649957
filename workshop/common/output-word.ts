/** The first word of a fence that says what the command of the block before it prints. */
export const OUTPUT_WORD = "expected-output";
