import type { RehearsalFinding, RehearsedTab } from "../../workshop/common/rehearsal.js";
import { withDeadline } from "../../kubernetes/node/deadline.js";

/** 10 s: whoever opens a tab has gone on by then. */
const ANSWER_MS = 10_000;

/** Whether what the tabs of a lab show answers, and lets itself be shown beside the text; in the order of the tabs. */
export function lookAtTabs(tabs: readonly RehearsedTab[], signal: AbortSignal): Promise<RehearsalFinding[]> {
  return Promise.all(
    tabs.map(async ({ name, url }): Promise<RehearsalFinding> => {
      const problem = await problemOf(url, signal);
      const about = { what: "tab", where: name } as const;
      return problem === undefined
        ? { ...about, outcome: "ok", detail: `${url} answers` }
        : { ...about, outcome: "failed", detail: `${url} ${problem}` };
    }),
  );
}

/** What is wrong with the answer, as the end of a sentence. */
async function problemOf(url: string, signal: AbortSignal): Promise<string | undefined> {
  try {
    const response = await withDeadline(ANSWER_MS, signal, (until) => fetch(url, { signal: until }));
    await response.body?.cancel();
    if (!response.ok) return `answers with status ${String(response.status)}`;
    const refusal = framingRefusal(response.headers);
    return refusal === undefined ? undefined : `does not let other pages show it: ${refusal}`;
  } catch (error) {
    signal.throwIfAborted();
    // `fetch` says only that it failed; its cause says why.
    const { cause = error } = error as { cause?: unknown };
    return `does not answer: ${cause instanceof Error ? cause.message || cause.name : String(cause)}`;
  }
}

/** The header by which a page refuses to be shown within another. */
function framingRefusal(headers: Headers): string | undefined {
  const ancestors = /(?:^|;)\s*frame-ancestors\s+([^;]*)/i.exec(
    headers.get("content-security-policy") ?? "",
  )?.[1];
  if (ancestors !== undefined)
    return /^('none'|'self')$/i.test(ancestors.trim()) ? `frame-ancestors ${ancestors.trim()}` : undefined;
  const options = headers.get("x-frame-options")?.trim();
  return options !== undefined && /^(?:deny|sameorigin)$/i.test(options)
    ? `X-Frame-Options: ${options}`
    : undefined;
}
