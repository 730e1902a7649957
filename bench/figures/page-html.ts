import { fileURLToPath } from "node:url";
import { pageHighlighter } from "../../workshop/common/highlight/highlight-code.js";
import { compileLabPage } from "../../workshop/common/render-page.js";
import { sessionVariables } from "../../workshop/common/variables.js";
import { loadLab } from "../../workshop/node/load-lab.js";
import { median, type Figure } from "../figure.js";

const RUNS = 50;
const lab = fileURLToPath(new URL("../../content/image-registry-policies", import.meta.url));

/** From the Markdown of the longest shipped page to its sanitised HTML, as the server does it for each request. */
export const pageHtml: Figure = {
  name: "page HTML, longest page of the shipped lab",
  unit: "ms",
  bound: 20,
  method: `median of ${RUNS} renderings`,
  async measure() {
    const loaded = await loadLab(lab);
    const page = loaded.pages.toSorted((left, right) => right.source.length - left.source.length)[0];
    if (!page) throw new Error(`${lab} has no pages`);
    const variables = sessionVariables(loaded, {
      session: "bench-1",
      namespace: "bench-1",
      organization: "bench-1",
      url: "http://localhost/s/bench-1",
      kubernetesApiUrl: "https://127.0.0.1:6443",
      environment: {},
    });
    const times = Array.from({ length: RUNS }, () => {
      const start = performance.now();
      compileLabPage(loaded, page, variables, pageHighlighter());
      return performance.now() - start;
    });
    return median(times);
  },
};
