import { describe, expect, it } from "vitest";
import { pathMatches } from "../../cluster/auth/rbac-rule.js";
import { imageNameProblem } from "../../cluster/controllers/image-name.js";
import { parseLabelSelector } from "../../cluster/selector/label-selector.js";
import { evaluateImage } from "../../policy/common/evaluate.js";
import { compileGlob, matchesToken } from "../../policy/common/glob.js";
import { parseImage } from "../../policy/common/reference.js";
import { plainText } from "../../terminal/common/plain-text.js";
import { StreamScanner } from "../../terminal/common/stream-scanner.js";
import { parseViewerRequest } from "../../terminal/common/viewer-frames.js";
import { judgeCondition } from "../../workshop/common/condition-match.js";
import { parseCondition } from "../../workshop/common/condition.js";
import { parseExpectation } from "../../workshop/common/expectation.js";
import { judgeOutcome } from "../../workshop/common/judge-step.js";
import { matchesLabels } from "../../workshop/common/label-selector.js";
import type { LabPage } from "../../workshop/common/lab.js";
import { labelOf, pageNames, workspacesNamedIn } from "../../workshop/common/page-name.js";
import { explainRefusal } from "../../workshop/common/refusal.js";
import { compileLabPage } from "../../workshop/common/render-page.js";
import { fillPlain } from "../../workshop/common/fill-plain.js";
import { readYaml } from "../../workshop/common/yaml-value.js";
import { headingOf } from "../../workshop/node/page-file.js";
import { CONDITIONS, GLOBS, IMAGES, PAGES, REFUSALS, SELECTORS, filled, yamlTexts } from "./hostile-text.js";

/** What any text of 100 kB may take of the processor; other programs on the machine are not counted. */
const LIMIT_MS = 1_000;

/** What the work takes of the processor in milliseconds, whether it succeeds or refuses; once more where a first run was slow to begin. */
function timeOf(work: () => unknown): number {
  const first = timeOfOne(work);
  return first < LIMIT_MS ? first : Math.min(first, timeOfOne(work));
}

function timeOfOne(work: () => unknown): number {
  const before = process.cpuUsage();
  try {
    work();
  } catch (error) {
    // A refusal is an answer; running out of stack or memory is none.
    if (error instanceof RangeError) throw error;
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

function slowOnes(
  readers: Record<string, (text: string) => unknown>,
  texts: Record<string, string>,
): string[] {
  return Object.entries(readers).flatMap(([reader, read]) =>
    Object.entries(texts).flatMap(([name, text]) => {
      const took = timeOf(() => read(text));
      return took < LIMIT_MS ? [] : [`${reader}, ${name}: ${took.toFixed(0)} ms`];
    }),
  );
}

/** Each reader of somebody else's text, with the texts that are its worst. */
const ENTRY_POINTS: Record<
  string,
  [readers: Record<string, (text: string) => unknown>, texts: Record<string, string>]
> = {
  "refusals and output": [
    {
      refusal: explainRefusal,
      outcome: (output) =>
        judgeOutcome({ status: "failed", exitStatus: 1, output }, parseExpectation("match=/(a*)*b/")),
      event: (message) =>
        judgeCondition(parseCondition("event policy=x reason=/(a*)*b/"), [{ reason: message, message }]),
    },
    REFUSALS,
  ],
  conditions: [
    {
      condition: parseCondition,
      expectation: parseExpectation,
      judgement: (text) =>
        judgeCondition(parseCondition(text), [{ message: filled("a"), metadata: { labels: { a: "b" } } }]),
      filling: (text) => fillPlain(text, {}),
    },
    CONDITIONS,
  ],
  "label selectors": [
    {
      ours: (text) => matchesLabels(text, { a: "b" }),
      cluster: (text) => parseLabelSelector(text)({ a: "b" }),
    },
    SELECTORS,
  ],
  "image references": [
    { policy: parseImage, evaluation: (image) => evaluateImage(image, []), cluster: imageNameProblem },
    IMAGES,
  ],
  YAML: [{ yaml: readYaml }, yamlTexts()],
  names: [
    {
      label: labelOf,
      names: (text) => pageNames(text.split("/")),
      workspaces: (text) => workspacesNamedIn(text.replaceAll("a", "tmc -k ")),
      title: headingOf,
      url: (text) => pathMatches([`${text}*`], text),
    },
    IMAGES,
  ],
  "frames and streams": [
    {
      frame: parseViewerRequest,
      stream: (text) => new StreamScanner().scan(Buffer.from(text)),
      paper: plainText,
    },
    {
      ...REFUSALS,
      sequences: filled("\u001b]133;"),
      "sequences that end": filled("\u001b]133;D;0\u0007"),
      json: `{"type":${filled("[")}`,
    },
  ],
};

describe("100 kB of the worst", () => {
  it.each(Object.entries(ENTRY_POINTS))("of %s are read within a second", (_name, [readers, texts]) => {
    expect(slowOnes(readers, texts)).toEqual([]);
  });

  it.each(Object.entries(PAGES))("in a page, of %s, are compiled within a second", (_name, source) => {
    expect(timeOf(() => compile(source))).toBeLessThan(LIMIT_MS);
  });

  it.each(Object.entries(GLOBS))(
    "of an image are judged by a pattern of %s within a second",
    (_name, { pattern, value }) => {
      expect(timeOf(() => matchesToken(compileGlob(pattern), value))).toBeLessThan(LIMIT_MS);
    },
  );
});

function compile(source: string) {
  const page: LabPage = {
    name: "page",
    title: "Page",
    file: "page.md",
    source,
    firstLine: 1,
    problems: [],
    steps: [],
    terminals: [],
    blocks: [],
    pictures: {},
    checks: { expectations: {}, standIns: [] },
  };
  return compileLabPage({ layout: "split", ingresses: [], pages: [page] }, page, {
    session_name: "s",
    odd: "a b'c",
  });
}
