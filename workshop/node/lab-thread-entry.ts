import { parentPort } from "node:worker_threads";
import { ownTask } from "../../processes/node/process-stat.js";
import { WorkshopError } from "../common/errors.js";
import { pageHighlighter } from "../common/highlight/highlight-code.js";
import { compileLabPage } from "../common/render-page.js";
import type { LabAnswer, LabJob } from "./lab-thread.js";
import { loadLab } from "./load-lab.js";

/** The thread of `LabThread`: it does one job after the other and answers each. */
parentPort?.on("message", (job: LabJob) => void answer(job));
const task = ownTask();
tell({ kind: "ready", ...(task !== undefined && { task }) });

async function answer(job: LabJob): Promise<void> {
  try {
    const result =
      job.kind === "load"
        ? await loadLab(job.path, job.options)
        : compileLabPage(job.lab, job.page, job.variables, pageHighlighter());
    tell({ kind: "done", result });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    tell({ kind: "failed", message, ...(error instanceof WorkshopError ? { code: error.code } : {}) });
  }
}

function tell(said: LabAnswer): void {
  parentPort?.postMessage(said);
}
