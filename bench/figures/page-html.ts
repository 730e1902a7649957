import { pageHighlighter } from "../../workshop/common/highlight/highlight-code.js";
import type { LabPage } from "../../workshop/common/lab.js";
import { compileLabPage } from "../../workshop/common/render-page.js";
import { median, type Figure } from "../figure.js";

const RUNS = 50;
const BLOCKS = 100;
/** A command with its words, and every fifth time a manifest. */
const SOURCE = Array.from({ length: BLOCKS }, (_, at) =>
  at % 5 === 4
    ? "It is written down:\n\n```yaml\napiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers:\n    - {name: web, image: nginx:1.27}\n```\n"
    : `Look at *pod* number ${String(at)}, as \`kubectl\` tells it:\n\n\`\`\`execute\nkubectl get pod web-${String(at)} -n {{ session_namespace }} -o yaml | grep image\n\`\`\`\n`,
).join("\n");

/** From Markdown to sanitised HTML with its code in colours, as it is done once for each version of a page. */
export const pageHtml: Figure = {
  name: `a page of ${String(BLOCKS)} blocks`,
  unit: "ms",
  bound: 10,
  method: `median of ${String(RUNS)} compilations of ${(SOURCE.length / 1000).toFixed(1)} kB, the first ${String(RUNS)} not counted`,
  async measure() {
    const times = Array.from({ length: 2 * RUNS }, compileOnce);
    return median(times.slice(RUNS));
  },
};

function compileOnce(): number {
  const start = performance.now();
  const { problems } = compileLabPage(
    { layout: "split", ingresses: [], pages: [PAGE] },
    PAGE,
    { session_name: "bench-1", session_namespace: "bench-1" },
    pageHighlighter(),
  );
  if (problems.length > 0) throw new Error(`the page has problems: ${JSON.stringify(problems)}`);
  return performance.now() - start;
}

const PAGE: LabPage = {
  name: "page",
  title: "Page",
  file: "page.md",
  source: SOURCE,
  firstLine: 1,
  problems: [],
  steps: [],
  terminals: [],
  blocks: [],
  pictures: {},
  checks: { expectations: {}, standIns: [] },
};
