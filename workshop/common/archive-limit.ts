/** Bytes of a download with everything of a session: 16 MiB, the most that a program beside the shells may say at once; a lab's files are some kilobytes. */
export const MAX_ARCHIVE_BYTES = 16 * 2 ** 20;
