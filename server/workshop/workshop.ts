import type { SlidesContent } from "../../workshop/node/slides.js";
import type { TerminalAddress } from "../../terminal/common/session-host.js";
import type {
  BrokenLab,
  GivenFiles,
  LabSummary,
  SessionEvent,
  SessionView,
  StepEntry,
  StepResult,
} from "../../workshop/common/api.js";
import type { HintText, PageView } from "../../workshop/common/page-view.js";
import type { PageNotes } from "../../workshop/common/notes.js";
import type { PoolView } from "../../workshop/common/instructor-api.js";
import type { GuestSpec } from "../../workshop/common/help.js";
import type { SpecChange } from "../../workshop/common/session.js";
import type { LabIngress } from "../../workshop/common/ingress.js";
import type { EventOwner } from "../../workshop/node/event-owner.js";
import type { InstructorTable } from "./instructor-table.js";

export interface NewSession {
  lab: string;
  minutes?: number;
  /** Start of the session's name. */
  prefix?: string;
  startedBy: "learner" | "instructor";
  /** Whose member gets it; nobody's where absent. */
  event?: EventOwner;
}

export interface StepAddress {
  session: string;
  page: string;
  /** What the page calls it: `ActionView.step`. */
  step: string;
}

export interface HintAddress extends StepAddress {
  /** Its place among the hints of the step, from 0. */
  hint: number;
}

/** Labs and sessions as the routes need them; `compose.ts` puts it together from the workshop's rooms. */
export interface Workshop {
  labs(): Promise<LabSummary[]>;
  /** Labs whose files cannot be read as they are now. */
  brokenLabs(): Promise<BrokenLab[]>;
  createSession(wanted: NewSession): Promise<SessionView>;
  /** Makes sure that a session is known here which another server has made a moment ago. */
  lookUp(id: string): Promise<void>;
  /** Takes in how the session is in the cluster now, for whoever is about to refuse something by what this server knows. */
  refresh(id: string): Promise<void>;
  /** Without its results, which most who ask for a session do not need; nothing where there is none. */
  find(id: string): SessionView | undefined;
  /** The ingress of that name in the session's lab, or one that Ingress objects of the learner decide about; nothing where there is no such session. */
  ingress(id: string, name: string): LabIngress | undefined;
  /** Without its results. Throws SESSION_NOT_FOUND, as all below do. */
  session(id: string): SessionView;
  /** With its results. */
  view(id: string): Promise<SessionView>;
  /** How far a session is, in steps of its lab. */
  progress(session: Pick<SessionView, "id" | "pages">): { done: number; steps: number };
  /** Sessions that are not over. */
  liveSessions(): number;
  /** Gives it more time; once for each order that has an id. */
  extendSession(id: string, minutes?: number, order?: string): Promise<SessionView>;
  /** Does for its learner what a person does for the step, or before it, which counts as a hint. Throws SESSION_STEP_NOT_RUNNABLE. */
  doStep(address: StepAddress): Promise<void>;
  /** What its learner has noted, by page. */
  notes(id: string): Promise<PageNotes[]>;
  /** Saves notes over the version they were read in; resolves to the version they are now. Throws SESSION_NOT_ACTIVE, LAB_PAGE_NOT_FOUND, SESSION_NOTES_CHANGED. */
  saveNotes(id: string, notes: PageNotes): Promise<{ version: number }>;
  /** Its files, its learner's notes and the transcript of what was run, packed as `.tar.gz`. Throws SESSION_ARCHIVE_UNAVAILABLE. */
  archive(id: string): Promise<Uint8Array>;
  /** Begins to bring it to the start of a page, which takes away what its learner has made. Throws SESSION_RESTORATION_BUSY. */
  restorePage(id: string, page: string): Promise<SessionView>;
  /** Lets its time stand still until then (epoch milliseconds), or go on. */
  pauseSession(id: string, until: number | undefined): Promise<SessionView>;
  /** Lets its time be over in so many minutes, unless it is before. */
  shortenSession(id: string, minutes: number): Promise<SessionView>;
  /** Lets the time of a session made in advance begin. */
  openSession(id: string): Promise<void>;
  /** Makes the link there was, and whom it admitted, worth nothing. */
  revokeLink(id: string): Promise<SessionView>;
  endSession(id: string): Promise<void>;
  /** Changes what the session is asked to be. Throws what the change throws. */
  change(id: string, change: SpecChange): Promise<SessionView>;
  /** Which browser may type in its terminals besides its learner's, by its digest, and since which asking. */
  guestOf(id: string): Pick<GuestSpec, "id" | "browser"> | undefined;
  page(id: string, page: string): Promise<PageView>;
  /** Starts the shell, or leaves the running one as it is. */
  openTerminal(address: TerminalAddress): Promise<void>;
  visit(id: string, page: string): Promise<void>;
  /** Remembers that the learner did something. */
  touch(id: string): void;
  /** Runs a step with what was entered for it. */
  runStep(step: StepAddress, entry?: StepEntry): Promise<StepResult>;
  /** Takes a step back that still waits for its terminal. */
  cancelStep(step: StepAddress): Promise<void>;
  interruptStep(step: StepAddress): Promise<void>;
  /** The hint of a step, counted as taken or not. Throws SESSION_PAGE_CHANGED. */
  hint(address: HintAddress & { isCounted: boolean }): Promise<HintText>;
  /** The first event is the session as it is now. */
  follow(id: string, listener: (event: SessionEvent) => void): Promise<() => void>;
  /** The files that the session began with, from its home. */
  givenFiles(id: string): Promise<GivenFiles>;
  /** Puts one of them back as it was. Throws LAB_FILE_NOT_FOUND, and what the session host throws. */
  giveBack(id: string, path: string): Promise<void>;
  /** Absolute path of a file of the session's lab, looked up as the lab's pages do. */
  file(id: string, path: string): Promise<string>;
  /** What stands at a path of the slides of the session's lab. Throws LAB_FILE_NOT_FOUND. */
  slides(id: string, path: string): Promise<SlidesContent>;
  /** Sessions that are ready before anybody asks for them. */
  pools(): PoolView[];
  /** All sessions as instructors see them. */
  table: InstructorTable;
}
