import type { StepResult } from "../common/api.js";

/** What a learner did: too much and too fast for a cluster, kept by the server across its restarts. */
export interface ActivityStore {
  /** Replaces the result of that page and step. */
  saveResult(session: string, result: StepResult): Promise<void>;
  /** The newest result of each step. */
  results(session: string): Promise<StepResult[]>;
  /** Remembers the page and the time. */
  visit(session: string, page: string, at: Date): Promise<void>;
  activity(session: string): Promise<Activity>;
  /** Removes everything about the session. */
  forget(session: string): Promise<void>;
}

export interface Activity {
  page?: string;
  /** ISO 8601. */
  lastActivityAt?: string;
}
