import type { SessionView, StepResult, StepState } from "./api.js";
import type { ActionView, PageView } from "./page-view.js";

const STATES: Readonly<Record<StepState, string>> = {
  idle: "not run",
  queued: "waiting",
  running: "running",
  succeeded: "succeeded",
  "expected-failure": "failed, as it should",
  typed: "typed",
  failed: "failed",
  interrupted: "interrupted",
  unknown: "it is not known how it ended",
};

export interface TranscriptParts {
  session: Pick<SessionView, "id" | "title" | "createdAt" | "openedAt">;
  pages: readonly Pick<PageView, "name" | "title" | "actions">[];
  results: readonly StepResult[];
}

/** What a learner has run in a session, as Markdown: each step with its command, how it ended, and the last lines it printed. */
export function transcriptText({ session, pages, results }: TranscriptParts): string {
  const began = session.openedAt ?? session.createdAt;
  const sections = pages.flatMap((page) => {
    const own = results.filter((result) => result.page === page.name && result.state !== "idle");
    const steps = page.actions.flatMap((action) => {
      const result = own.find(({ step }) => step === action.step);
      return result === undefined ? [] : [stepText(action, result)];
    });
    const isOnPage = new Set(page.actions.map(({ step }) => step));
    // Its author has changed the page since, and what was run stays what was run.
    const others = own.filter(({ step }) => !isOnPage.has(step)).map((result) => stepText(undefined, result));
    return own.length === 0 ? [] : [`## ${inLine(page.title)}`, ...steps, ...others];
  });
  const nothing = sections.length === 0 ? ["Nothing was run."] : [];
  return `${[`# ${inLine(session.title)}`, `Session ${session.id}, begun ${began}`, ...sections, ...nothing].join("\n\n")}\n`;
}

function stepText(action: ActionView | undefined, result: StepResult): string {
  const { state, exitStatus, startedAt, durationMs, message, output, checks } = result;
  const facts = [
    STATES[state],
    ...(typeof exitStatus === "number" ? [`exit status ${String(exitStatus)}`] : []),
    ...(durationMs === undefined ? [] : [`${(durationMs / 1000).toFixed(1)} s`]),
    ...(startedAt === undefined ? [] : [startedAt]),
  ];
  return [
    action?.text === undefined
      ? `**${inLine(action?.title ?? "A step that is not on the page any more")}**`
      : fenced(action.text, "shell"),
    `${facts.join(", ")}${message === undefined ? "" : `: ${inLine(message)}`}`,
    ...checks.map(({ text, state: verdict }) => `- ${inLine(text)}: ${verdict}`),
    ...(output === undefined || output.trim() === "" ? [] : [fenced(output, "text")]),
  ].join("\n\n");
}

/** A fence is longer than any in what it holds (CommonMark 0.31, 4.5). */
function fenced(text: string, language: string): string {
  const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map((run) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${language}\n${text.replace(/\n$/, "")}\n${fence}`;
}

function inLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
