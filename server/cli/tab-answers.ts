import type { RehearsalFinding, RehearsedTab } from "../../workshop/common/rehearsal.js";
import { withDeadline } from "../../kubernetes/node/deadline.js";
import { framingRefusal } from "./frame-ancestors.js";

/** 10 s: whoever opens a tab has gone on by then. */
const ANSWER_MS = 10_000;

/** Whether what the tabs of a lab show answers, and lets itself be shown in the page at that address; in the order of the tabs. */
export function lookAtTabs(
  tabs: readonly RehearsedTab[],
  page: string,
  signal: AbortSignal,
): Promise<RehearsalFinding[]> {
  return Promise.all(
    tabs.map(async ({ name, url }): Promise<RehearsalFinding> => {
      const problem = await problemOf({ url, page }, signal);
      const about = { what: "tab", where: name } as const;
      return problem === undefined
        ? { ...about, outcome: "ok", detail: `${url} answers` }
        : { ...about, outcome: "failed", detail: `${url} ${problem}` };
    }),
  );
}

/** What is wrong with the answer, as the end of a sentence. */
async function problemOf(
  { url, page }: { url: string; page: string },
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    const response = await withDeadline(ANSWER_MS, signal, (until) => fetch(url, { signal: until }));
    await response.body?.cancel();
    if (!response.ok) return `answers with status ${String(response.status)}`;
    const refusal = framingRefusal(response.headers, { tab: response.url, page });
    return refusal === undefined ? undefined : `does not let other pages show it: ${refusal}`;
  } catch (error) {
    signal.throwIfAborted();
    // `fetch` says only that it failed; its cause says why.
    const { cause = error } = error as { cause?: unknown };
    return `does not answer: ${cause instanceof Error ? cause.message || cause.name : String(cause)}`;
  }
}
