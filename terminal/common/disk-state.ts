/** How full the file system is that holds the sessions. */
export interface DiskState {
  /** Bytes and files that may still be made there. */
  freeBytes: number;
  freeFiles: number;
  /** Whether less is free than Lectern needs to go on: 64 MiB and 1,000 files. */
  isFull: boolean;
  /** The sessions that take most, largest first; ten at most. */
  largest: { session: string; bytes: number }[];
}
