import type { RehearsalFinding } from "./rehearsal.js";

/** The last rehearsal of an event, or the one that goes on; it stands in the event's object, so that every server knows it. */
export interface KeptRehearsal {
  id: string;
  state: "running" | "passed" | "failed" | "stopped" | "refused";
  learners: number;
  /** ISO 8601. */
  startedAt: string;
  /** ISO 8601; whoever does it says so again before, so that one whose server has died is known by it. */
  aliveUntil: string;
  durationMs?: number;
  /** While it goes on, what learners came to; then all that was looked at, failures first. */
  findings: RehearsalFinding[];
  /** Findings that this has no room for. */
  more: number;
  /** Addresses of tabs, which only whoever looks at the page can try: the server calls none that its operator did not allow. */
  tabs: { name: string; url: string }[];
  /** Why it was refused or stopped, in sentences. */
  message?: string;
}

/** Annotation of an event with its `KeptRehearsal` as JSON. */
export const REHEARSAL_ANNOTATION = "lectern.dev/rehearsal";

export const REHEARSAL_ALIVE_MS = 60_000;
/** An annotation may have 256 KiB with all others; what a person reads of a rehearsal is less. */
const MAX_FINDINGS = 100;
const MAX_DETAIL = 500;
const MAX_TABS = 20;
const MAX_URL = 500;

const ORDER = { failed: 0, warning: 1, ok: 2 } as const;

/** As much of it as an object has room for: failures first, long words cut. */
export function withinObject(rehearsal: KeptRehearsal): KeptRehearsal {
  const sorted = rehearsal.findings.toSorted((one, other) => ORDER[one.outcome] - ORDER[other.outcome]);
  const { message } = rehearsal;
  return {
    ...rehearsal,
    ...(message !== undefined && { message: within(message) }),
    findings: sorted
      .slice(0, MAX_FINDINGS)
      .map((finding) => ({ ...finding, where: within(finding.where), detail: within(finding.detail) })),
    more: rehearsal.more + Math.max(0, sorted.length - MAX_FINDINGS),
    tabs: rehearsal.tabs.filter(({ url }) => url.length <= MAX_URL).slice(0, MAX_TABS),
  };
}

/** Whether it goes on, as far as anybody knows; `now` in epoch milliseconds. */
export function isRehearsing(rehearsal: KeptRehearsal | undefined, now: number): boolean {
  return rehearsal?.state === "running" && Date.parse(rehearsal.aliveUntil) > now;
}

/** What the annotation says; nothing where it says nothing that this Lectern knows. */
export function readRehearsal(text: string | undefined): KeptRehearsal | undefined {
  if (text === undefined) return undefined;
  try {
    const read = JSON.parse(text) as Partial<KeptRehearsal> | null;
    const isKnown = typeof read?.id === "string" && Array.isArray(read.findings) && Array.isArray(read.tabs);
    return isKnown ? (read as KeptRehearsal) : undefined;
  } catch {
    return undefined;
  }
}

function within(text: string): string {
  return text.length <= MAX_DETAIL ? text : `${text.slice(0, MAX_DETAIL - 1)}…`;
}

/** What is known of an event's rehearsals. */
export interface RehearsalView {
  /** Absent where there was none. */
  rehearsal?: KeptRehearsal;
}
