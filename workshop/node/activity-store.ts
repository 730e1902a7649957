import type { StepResult } from "../common/api.js";
import type { PageNotes } from "../common/notes.js";

/** A result with what it is written down under. */
export interface SavedStep {
  session: string;
  result: StepResult;
  /** The id of the command behind it, under which the session host knows it; empty where there is none. */
  command: string;
}

/** Names a step of a session. */
export interface StepKey {
  session: string;
  page: string;
  step: string;
}

/** What is known of a step without its result. */
export interface StepRecord extends StepKey {
  state: StepResult["state"];
  /** Failures without a success since. */
  failures: number;
  /** Whether it was done once; it stays so, whatever a later run of it comes to. */
  done: boolean;
}

export interface SessionActivity extends Activity {
  session: string;
}

/** What another server has written. */
export type ActivityChange =
  | (StepKey & { of: "step" })
  | { of: "activity" | "session" | "forgotten"; session: string }
  /** What was written meanwhile is not known one by one. */
  | { of: "everything" };

/**
 * What learners did: too much and too fast for a cluster, kept across restarts, by one server for itself or by several together. A
 * write that resolves is on the disk. A write that rejects (SERVER_DISK_FULL, SERVER_DATABASE_FULL, SERVER_DATABASE_UNAVAILABLE) is not
 * kept, as long as the disk and the connection keep their word: where one fails after the bytes were taken, while that is confirmed,
 * they may be found again. Nobody is told of such a result, and the next result of the same step takes its place. Writes of one
 * session come to the disk in the order of the calls.
 */
export interface ActivityStore {
  /**
   * Writes down a run that begins. Where another run of the step is under way nothing is written, and it resolves to that one. The same
   * command again is the same run.
   */
  beginStep(step: SavedStep): Promise<SavedStep | undefined>;
  /**
   * Writes what became of a run, or, with an empty command, what was noticed without one. Resolves to false, with nothing written, where
   * that run has its verdict, is not the one under way, is looked after by another server or was forgotten with its session; and for
   * what was noticed, where a run is under way or the step was done once.
   */
  saveStep(step: SavedStep): Promise<boolean>;
  /** The newest result of each step of the session, by page and step. */
  results(session: string): Promise<StepResult[]>;
  /** One step, with the newest of its results. */
  step(step: StepKey): Promise<(SavedStep & { record: StepRecord }) | undefined>;
  /** Every step of every session. */
  steps(): Promise<StepRecord[]>;
  /** The runs under way that no living server looks after; from now on this one does. Those it knows are left out. */
  takeOver(isKnown: (run: SavedStep) => boolean): Promise<SavedStep[]>;
  /** Page and time of the last activity, of those sessions that had any, or of that one. */
  activity(session?: string): Promise<SessionActivity[]>;
  /** Where it names no page, the page stays. */
  saveActivity(activity: SessionActivity): Promise<void>;
  /** What its learner has noted, by page. */
  notes(session: string): Promise<PageNotes[]>;
  /** Writes notes over the version they were read in, as the next one; false, with nothing written, where another one is there by now, or the session was forgotten. */
  saveNotes(session: string, notes: PageNotes): Promise<boolean>;
  /** Removes everything about the session. */
  forget(session: string): Promise<void>;
  /** Told what other servers write, after it is on the disk. */
  onChange(listener: (change: ActivityChange) => void): () => void;
  /** Resolves when everything that was asked for is done. */
  close(): Promise<void>;
}

export interface Activity {
  page?: string;
  /** ISO 8601. */
  lastActivityAt?: string;
}
