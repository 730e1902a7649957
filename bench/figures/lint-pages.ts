import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fidelityReport } from "../../workshop/common/fidelity-report.js";
import { loadLab } from "../../workshop/node/load-lab.js";
import { median, type Figure } from "../figure.js";

const PAGES = 1_000;
const RUNS = 3;
/** As long as a page of public workshops is in the middle: a box, some paragraphs, three blocks. */
const PAGE = `---
title: A page
---
{{< note title="Mind" >}}
The namespace is **{{< param session_namespace >}}**.
{{< /note >}}

${"A paragraph of the usual length, with `code`, *words* and a [link](https://example.org) that leads elsewhere.\n\n".repeat(6)}
${"```terminal:execute\ncommand: kubectl get pods -n {{< param session_namespace >}}\n```\n\nWhat it comes to.\n\n".repeat(3)}`;

/** Reading a workshop of a thousand pages, compiling each of them, and its report. */
export const lintPages: Figure = {
  name: "reading and linting 1,000 pages",
  unit: "s",
  bound: 2,
  method: `median of ${RUNS} times an Educates workshop of ${PAGES} pages of ${(PAGE.length / 1000).toFixed(1)} kB, the first not counted`,
  async measure() {
    const folder = mkdtempSync(join(tmpdir(), "lectern-bench-"));
    try {
      mkdirSync(join(folder, "workshop/content"), { recursive: true });
      for (let page = 0; page < PAGES; page++)
        writeFileSync(join(folder, `workshop/content/${String(page)}.md`), PAGE);
      const times: number[] = [];
      for (let run = 0; run <= RUNS; run++) times.push(await lintOnce(folder));
      return median(times.slice(1));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

async function lintOnce(folder: string): Promise<number> {
  const start = performance.now();
  const { blocks, errors } = fidelityReport(await loadLab(folder));
  if (blocks.works !== 3 * PAGES || errors > 0)
    throw new Error(
      `${String(blocks.works)} blocks work and ${String(errors)} errors were found, in a workshop without any`,
    );
  return (performance.now() - start) / 1000;
}
