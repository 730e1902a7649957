export interface WriteOptions {
  /** Checks and answers, stores nothing. */
  dryRun?: boolean;
}
