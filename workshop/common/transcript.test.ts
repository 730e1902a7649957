import { expect, it } from "vitest";
import type { StepResult } from "./api.js";
import type { ActionView } from "./page-view.js";
import { transcriptText, type TranscriptParts } from "./transcript.js";

const ACTION = {
  title: "Run",
  kind: "execute",
  action: "execute",
  terminals: ["1"],
} as unknown as ActionView;
const SESSION = { id: "lab-abc123", title: "My\nlab", createdAt: "2026-06-01T12:00:00.000Z" };
const PAGES: TranscriptParts["pages"] = [
  {
    name: "one",
    title: "First",
    actions: [
      { ...ACTION, step: "a", text: "echo '```'" },
      { ...ACTION, step: "b", text: "false" },
    ],
  },
  { name: "two", title: "Second", actions: [{ ...ACTION, step: "c", title: "Look at it" }] },
  { name: "three", title: "Third", actions: [{ ...ACTION, step: "d", text: "true" }] },
];
const result = (page: string, step: string, rest: Partial<StepResult>): StepResult => ({
  page,
  step,
  number: 0,
  state: "succeeded",
  checks: [],
  ...rest,
});

it("tells what was run in the order of the pages, and how it ended", () => {
  const text = transcriptText({
    session: SESSION,
    pages: PAGES,
    results: [
      result("two", "c", { checks: [{ text: "a pod runs", state: "passed" }] }),
      result("one", "b", { state: "failed", exitStatus: 1, message: "It ended\nwith status 1." }),
      result("one", "a", {
        exitStatus: 0,
        durationMs: 2_140,
        startedAt: "2026-06-01T12:01:00.000Z",
        output: "```\n",
      }),
    ],
  });
  expect(text).toBe(
    `# My lab

Session lab-abc123, begun 2026-06-01T12:00:00.000Z

## First

\`\`\`\`shell
echo '\`\`\`'
\`\`\`\`

succeeded, exit status 0, 2.1 s, 2026-06-01T12:01:00.000Z

\`\`\`\`text
\`\`\`
\`\`\`\`

\`\`\`shell
false
\`\`\`

failed, exit status 1: It ended with status 1.

## Second

**Look at it**

succeeded

- a pod runs: passed
`,
  );
});

it("keeps what was run by a block that is not there any more", () => {
  const text = transcriptText({ session: SESSION, pages: PAGES, results: [result("one", "gone", {})] });
  expect(text).toContain("## First\n\n**A step that is not on the page any more**\n\nsucceeded\n");
});

it("says that nothing was run", () => {
  expect(transcriptText({ session: SESSION, pages: PAGES, results: [] })).toContain("\n\nNothing was run.\n");
});
