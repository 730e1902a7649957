import type { StepResult } from "../common/api.js";

/** A result with what it is written down under. */
export interface SavedStep {
  session: string;
  result: StepResult;
  /** The id of the command behind it, under which the session host knows it; empty where there is none. */
  command: string;
}

/** What is known of a step without its result. */
export interface StepRecord {
  session: string;
  page: string;
  step: string;
  state: StepResult["state"];
  /** Failures without a success since. */
  failures: number;
  /** Whether it was done once; it stays so, whatever a later run of it comes to. */
  done: boolean;
}

export interface SessionActivity extends Activity {
  session: string;
}

/**
 * What learners did: too much and too fast for a cluster, kept by the server across its restarts. A write that resolves is on the
 * disk. A write that rejects (SERVER_DISK_FULL) is not kept, as long as the disk keeps its word: where it fails after it has taken the
 * bytes, while it confirms them, they may be found again after a restart. Nobody is told of such a result, and the next result of
 * the same step takes its place. Writes of one session come to the disk in the order of the calls.
 */
export interface ActivityStore {
  /** Puts the result in the place of the one before it of that page and step. */
  saveStep(step: SavedStep): Promise<void>;
  /** The newest result of each step of the session, by page and step. */
  results(session: string): Promise<StepResult[]>;
  /** Every step of every session. */
  steps(): Promise<StepRecord[]>;
  /** Results that were running or queued when they were last saved. */
  unsettled(): Promise<SavedStep[]>;
  /** Page and time of the last activity, of those sessions that had any. */
  activity(): Promise<SessionActivity[]>;
  saveActivity(activity: SessionActivity): Promise<void>;
  /** Removes everything about the session. */
  forget(session: string): Promise<void>;
  /** Resolves when everything that was asked for is done. */
  close(): Promise<void>;
}

export interface Activity {
  page?: string;
  /** ISO 8601. */
  lastActivityAt?: string;
}
