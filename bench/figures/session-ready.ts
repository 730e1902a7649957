import { BrowserSession } from "../../test/server/browser-session.js";
import { startLectern, temporaryFolder } from "../../test/server/lectern-process.js";
import { median, type Figure } from "../figure.js";

const RUNS = 5;

/** From the click on Start to a session a learner can use, on the embedded cluster. */
export const sessionReady: Figure = {
  name: "session ready, embedded cluster",
  unit: "ms",
  bound: 300,
  method: `median of ${RUNS} sessions after one warm-up, from the request to phase Active`,
  async measure() {
    const folder = temporaryFolder();
    const lectern = await startLectern(folder.path);
    try {
      const times: number[] = [];
      for (let run = 0; run <= RUNS; run++) {
        const browser = new BrowserSession(lectern.url);
        const start = performance.now();
        const session = await browser.startLab("image-registry-policies");
        times.push(performance.now() - start);
        await browser.call("DELETE", `api/sessions/${session.id}`);
      }
      return median(times.slice(1));
    } finally {
      await lectern.stop();
      folder.remove();
    }
  },
};
