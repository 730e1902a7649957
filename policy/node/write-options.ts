export interface WriteOptions {
  /** Checks and answers, stores nothing. */
  dryRun?: boolean;
  /** Who changes it, for the history. */
  user?: string;
}

/** Who changes what nobody asked for: sessions that begin, exceptions that expire. */
export const LECTERN_USER = "lectern";
