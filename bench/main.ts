import { availableParallelism, loadavg } from "node:os";
import { clusterFigures } from "./clusters/cluster-figures.js";
import type { Figure } from "./figure.js";
import { classAtWork } from "./figures/class-at-work.js";
import { containerFigures } from "./figures/container-figures.js";
import { embeddedStart } from "./figures/embedded-start.js";
import { eventCrowd } from "./figures/event-crowd.js";
import { ownClusterMemory, ownClusterStart } from "./figures/own-cluster.js";
import { lintPages } from "./figures/lint-pages.js";
import { pageHtml } from "./figures/page-html.js";
import { policyFigures } from "./figures/policies.js";
import { policyAuditFigures } from "./figures/policy-audit.js";
import { portalPaint } from "./figures/portal-paint.js";
import { scriptSize } from "./figures/script-size.js";
import { sessionsAtOnce } from "./figures/sessions-at-once.js";
import { poolClaim } from "./figures/pool-claim.js";
import { sessionMemory } from "./figures/session-memory.js";
import { pageAfterKill, requestsOfThree } from "./figures/several-servers.js";
import { sessionReady } from "./figures/session-ready.js";
import { wallOfTerminals } from "./figures/wall.js";
import { validateLab } from "./figures/validate-lab.js";
import { podFigures } from "./pods/pod-figures.js";
import { terminalFigures } from "./terminals/terminal-figures.js";

const figures: Figure[] = [
  embeddedStart,
  ownClusterStart,
  ownClusterMemory,
  sessionReady,
  poolClaim,
  sessionsAtOnce(100, 4),
  sessionsAtOnce(300, 12),
  eventCrowd(300),
  classAtWork(300),
  portalPaint(300),
  sessionMemory,
  wallOfTerminals,
  requestsOfThree,
  pageAfterKill,
  validateLab,
  pageHtml,
  lintPages,
  scriptSize,
  ...policyFigures,
  ...policyAuditFigures,
  ...containerFigures(),
  ...podFigures(),
  ...clusterFigures(),
  ...terminalFigures(),
].filter(({ name }) => process.argv.slice(2).every((word) => name.includes(word)));

let isWithinBounds = true;
print("figure", "measured", "bound", "how");
for (const figure of figures) {
  const missing = await figure.missing?.();
  if (missing) {
    print(figure.name, "left out", `<= ${figure.bound} ${figure.unit}`, missing);
    continue;
  }
  const value = await figure.measure().catch((error: unknown) => {
    process.stderr.write(`${figure.name} could not be taken: ${String(error)}\n`);
    return Number.POSITIVE_INFINITY;
  });
  const isGood = value <= figure.bound;
  isWithinBounds &&= isGood;
  print(
    figure.name,
    `${value >= 100 ? value.toFixed(0) : value.toPrecision(3)} ${figure.unit}${isGood ? "" : "  TOO MUCH"}`,
    `<= ${figure.bound} ${figure.unit}`,
    [figure.method, figure.detail?.()].filter(Boolean).join("; "),
  );
}
const [load = 0] = loadavg();
process.stdout.write(
  `load average ${load.toFixed(1)} on ${availableParallelism()} cores; the bounds are for a machine that does nothing else\n`,
);
process.exitCode = isWithinBounds ? 0 : 1;

function print(...[name = "", measured = "", bound = "", how = ""]: string[]): void {
  process.stdout.write(`${name.padEnd(46)}${measured.padEnd(20)}${bound.padEnd(12)}${how}\n`);
}
