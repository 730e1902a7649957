/** 5 MiB: a hundred times the files of labs; what is larger is data, and no text to edit. */
export const MAX_EDITED_BYTES = 5 * 1024 * 1024;
