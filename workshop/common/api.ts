/**
 * What server and browser say to each other about labs and sessions; `page-view.ts` has what pages are made of,
 * `instructor-api.ts` what instructors are told besides. All paths are relative to where Lectern is mounted.
 *
 * | method and path | answer |
 * |---|---|
 * | GET api/labs | `LabSummary[]` |
 * | POST api/sessions `{lab}` | 202 `SessionView`, and the cookie that admits this browser to it |
 * | POST api/sessions/ID/admission `{token}` | 204 and that cookie, for the token of a link to the session (`s/ID#access=TOKEN`) |
 * | POST api/start-admission `{token}` | 204 and the cookie that lets this browser start labs, for the token of `#start=TOKEN` |
 * | GET api/sessions/ID | `SessionView` |
 * | GET api/sessions/ID/events | server-sent events, each a `SessionEvent` in JSON; the first is `session` |
 * | POST api/sessions/ID/extend | `SessionView` |
 * | DELETE api/sessions/ID | 204 |
 * | POST api/sessions/ID/help `{text, step?}`, DELETE api/sessions/ID/help | `SessionView`; asks for help, and takes it back |
 * | POST api/sessions/ID/announcement/answer `{id, answer}` | `SessionView`; its learner only |
 * | POST api/sessions/ID/guest `{id}`, DELETE api/sessions/ID/guest | `SessionView`; lets the helper of that id type, and ends it; its learner only |
 * | GET api/sessions/ID/pages/PAGE | `PageView` |
 * | POST api/sessions/ID/pages/PAGE/visit | 204; remembers where the learner is |
 * | POST api/sessions/ID/pages/PAGE/steps/STEP/run, for a question `{answer}`, for a test that asks `{inputs}` | 202 `StepResult`, state `queued` or `running`; 409 SESSION_PAGE_CHANGED where the page has no such step any more |
 * | POST api/sessions/ID/pages/PAGE/steps/STEP/do | 204; does for its learner what `doneFor` says; counted as a hint; its learner only |
 * | POST api/sessions/ID/pages/PAGE/steps/STEP/interrupt | 204 |
 * | POST api/sessions/ID/pages/PAGE/steps/STEP/cancel | 204; takes a step back that still waits for its terminal |
 * | POST api/sessions/ID/pages/PAGE/steps/STEP/hints/N | `HintText`; the hint of that place among those of the step, from 0, counted as taken where its learner asks; 409 as for run |
 * | POST api/sessions/ID/terminals/NAME/ticket | `{ticket}`; one use, then `GET api/sessions/ID/terminals/NAME?ticket=` upgrades to a WebSocket |
 * | POST api/sessions/ID/ingresses/NAME/address `{path}` | `{url}`, by which this browser is let into the application within a minute |
 * | GET api/sessions/ID/given-files | `GivenFiles` |
 * | POST api/sessions/ID/given-files `{path}` | 204; one of them is as the lab brings it; its learner only |
 * | GET api/sessions/ID/notes | `PageNotes[]`; its learner only |
 * | PUT api/sessions/ID/notes `PageNotes` | `{version}`; 409 SESSION_NOTES_CHANGED where another version is there than was read; its learner only |
 * | GET api/sessions/ID/archive | its files, notes and the transcript of what was run, as `.tar.gz` of at most 16 MiB; its learner only |
 * | POST api/sessions/ID/restoration `{page}` | 202 `SessionView`; brings namespace and files to the start of the page, and all that its learner made is lost; its learner only |
 * | POST api/sessions/ID/restoration/answer `{id, answer}`, DELETE api/sessions/ID/restoration/RESTORATION | `SessionView`; goes on after a step that failed, or stops it; puts away what is said of one that is over |
 * | GET api/sessions/ID/kubernetes... | `kubernetes-view.ts` |
 * | GET api/sessions/ID/files/PATH | a picture or file of the lab |
 * | GET api/sessions/ID/slides/KEY/PATH | a file of the lab's slides, or of reveal.js or impress.js |
 * | ANY api/sessions/ID/tmc/v1alpha1/... | the policy API of the session's organization (`policy/common`) |
 *
 * A cookie admits only together with the header `PAGE_KEY_HEADER`; files and sockets, whose requests take no headers, bring a key
 * or a ticket in their address.
 *
 * Refusals answer `ApiProblem` with a fitting status.
 */

import type { Announcement } from "./announcement.js";
import type { Guest, HelpRequest } from "./help.js";
import type { IngressAddress } from "./ingress.js";
import type { Restoration } from "./restoration.js";

/** Carries the secret a page holds besides its cookies: 32 random bytes, base64url, the same for all pages of a browser. */
export const PAGE_KEY_HEADER = "lectern-page-key";

export interface ApiProblem {
  error: { code: string; message: string };
}

export interface LabSummary {
  /** Folder name; a DNS label. */
  name: string;
  title: string;
  description: string;
  minutes: number;
  /** How long the work takes, where that is known. */
  workMinutes?: number;
  level: "beginner" | "intermediate" | "advanced";
  pages: number;
  /** What the lab needs that not every cluster has, such as `containers`. */
  needs: string[];
  /** Why it cannot be started here; absent where it can. */
  unavailable?: string;
  /** This browser's unfinished session of the lab. */
  resume?: { session: string; page: string; stepsDone: number; steps: number };
  problems: number;
  /** Whether it is still being read: then nothing but name and title is known. */
  isUnread?: boolean;
}

/** A lab whose files cannot be read as they are now; sessions of it go on with what was read last. */
export interface BrokenLab {
  path: string;
  /** With file and line where they are known. */
  message: string;
}

export type SessionPhase = "Pending" | "Ready" | "Active" | "Ending" | "Ended" | "Failed";

/** One real step of making a session: `namespace`, `access`, `policies`, `files`, `terminal`. */
export interface ProvisioningStep {
  name: string;
  title: string;
  state: "waiting" | "running" | "done" | "failed";
  durationMs?: number;
  /** What went wrong and what to do. */
  message?: string;
}

export type TerminalLayout = "default" | "split" | "split/2" | "lower" | "none";

/** A tab beside the terminal. */
export interface SessionTab {
  name: string;
  /** Where a tab of the lab's own leads. */
  url?: string;
  /** The application of the session that it shows. */
  ingress?: IngressAddress;
  /** The place in the lab's slides that it shows. */
  slides?: string;
  /** It shows the objects of the session's namespace, whatever its name. */
  view?: "kubernetes";
}

export interface PageSummary {
  name: string;
  title: string;
  /** The steps that can be done and so can be finished, in reading order. */
  steps: string[];
}

export interface SessionView {
  id: string;
  lab: string;
  /** Of the lab's text: with another one, pages are to be read anew. */
  labVersion: string;
  title: string;
  phase: SessionPhase;
  /** Why it failed or ended, in a sentence a person can act on. */
  reason?: string;
  /** Sessions that are made before this one, while it waits for its turn. */
  sessionsBefore?: number;
  provisioning: ProvisioningStep[];
  namespace: string;
  organization: string;
  pages: PageSummary[];
  currentPage: string;
  layout: TerminalLayout;
  /** Names of the terminals to show, in order: `["1", "2"]`. */
  terminals: string[];
  /** Tabs beside the terminal: the image-policy console and what the lab adds. */
  dashboards: SessionTab[];
  /** Where the lab's slides are, of which tabs and blocks name places: an address with a key, ending in a slash. Absent where it has none. */
  slides?: string;
  /** ISO 8601. */
  createdAt: string;
  /** When its time began; absent while nobody has opened the link of a session made in advance. */
  openedAt?: string;
  /** How long it lasts from its opening, without what was added since. */
  minutes: number;
  /** Until it was opened: how long its link is good. */
  expiresAt: string;
  canExtend: boolean;
  /** What one extension by the learner adds. */
  extensionMinutes: number;
  /** Counts the links to it there have been. */
  linkRevision: number;
  /** ISO 8601; its time stands still until then, which `expiresAt` takes in already. */
  pausedUntil?: string;
  /** What its learner was told last. */
  announcement?: Announcement;
  /** What its terminals show is recorded: until the session ends, or for longer, as the operator says. */
  recording: "until-its-end" | "kept";
  /** Its lab is shown to the author who writes it (`lectern dev`). */
  isDraft?: true;
  /** Whether somebody is there to help: the session was handed out, or is of an event. */
  hasHelpers: boolean;
  /** The event that it belongs to. */
  event?: string;
  /** What its learner has asked for and not got yet. */
  help?: HelpRequest;
  /** Who types in its terminals besides its learner, or has asked to. */
  guest?: Guest;
  /** How far it is brought to the start of a page, until that is put away. */
  restoration?: Restoration;
  results: StepResult[];
}

/** What a session's home began with. */
export interface GivenFiles {
  /** From the home; the kubeconfig first. */
  paths: string[];
  /** How many there are besides. */
  more: number;
}

export type StepState =
  | "idle"
  | "queued"
  | "running"
  | "succeeded"
  | "expected-failure"
  /** It was typed; what it did there is not known, and where the author says so it need not be. */
  | "typed"
  | "failed"
  | "interrupted"
  | "unknown";

export interface CheckResult {
  /** The expectation in words. */
  text: string;
  /** `idle` where it was not looked at; `before` where it was true before the step already, so that it proves nothing. */
  state: "idle" | "waiting" | "passed" | "before" | "failed";
  /** What was seen, and what would satisfy it. */
  detail?: string;
}

/** A file of the home that a step has shown or changed, for the editor beside the text. */
export interface EditorPlace {
  /** Relative to the home. */
  file: string;
  /** What is selected; lines and columns from 1. */
  range?: { from: TextPosition; to: TextPosition };
  /** It is not to be shown any more. */
  isClosed?: true;
}

export interface TextPosition {
  line: number;
  column: number;
}

export interface StepResult {
  page: string;
  /** What the step is known by: `ActionView.step`. */
  step: string;
  /** Its place on the page when it ran, from 0. */
  number: number;
  state: StepState;
  startedAt?: string;
  durationMs?: number;
  exitStatus?: number | null;
  /** The last lines the command printed. */
  output?: string;
  /** Why the state is what it is, where that needs a word. */
  message?: string;
  /** What was seen, where the message is the author's words for it. */
  cause?: string;
  /** What the author tells who has failed; shown on request. */
  hint?: string;
  /** What a queued step waits for: a command by its first line, or a program by its command line. */
  waitsFor?: string;
  /** It runs longer than expected; it goes on being watched. */
  isOverdue?: true;
  /** The step has been done once; it stays so, whatever a later run of it comes to. */
  done?: boolean;
  /** How often it has failed since it last came to what is expected; absent where it has not. */
  failures?: number;
  /** What became of the answer to a question. */
  quiz?: QuizResult;
  /** What the editor is to show of it. */
  editor?: EditorPlace;
  checks: CheckResult[];
}

/** What comes with a click: the answer to a question, or what a test asked for. */
export interface StepEntry {
  answer?: readonly string[] | undefined;
  inputs?: Readonly<Record<string, string | readonly string[]>> | undefined;
}

export interface QuizResult {
  /** The chosen options, or the one text that was typed. */
  given: string[];
  triesLeft: number;
  /** What is right, once the question is done or no try is left. */
  answers?: string[];
  explanation?: string;
}

export type SessionEvent =
  | { type: "session"; session: SessionView }
  | { type: "step"; result: StepResult }
  /** `reason` where the shell did not end by itself, in sentences. */
  | { type: "terminal-exited"; terminal: string; reason?: string }
  /** A new shell is in the terminal; a page that shows the one before shows this one instead. */
  | { type: "terminal-opened"; terminal: string }
  | { type: "ping" };
