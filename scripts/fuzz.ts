import { randomInt } from "node:crypto";
import { fuzzCluster } from "../test/fuzz/fuzz-cluster.js";

/** Requests to one cluster, before a new one is started, so that what is found is near its cause. */
const REQUESTS_A_CLUSTER = 3000;
const DEFAULT_MINUTES = 10;
const MS_PER_MINUTE = 60_000;

const minutes = Number(process.argv[2] ?? DEFAULT_MINUTES);
if (!(minutes > 0))
  throw new Error(`usage: npm run fuzz [MINUTES]; ${String(process.argv[2])} is no number of minutes`);
const signal = AbortSignal.timeout(minutes * MS_PER_MINUTE);
let found = 0;
while (!signal.aborted) {
  const seed = randomInt(2 ** 31);
  const findings = await fuzzCluster({ seed, requests: REQUESTS_A_CLUSTER, signal });
  found += findings.length;
  for (const finding of findings) process.stdout.write(`${JSON.stringify(finding).slice(0, 4000)}\n`);
  process.stdout.write(`seed ${seed}: ${findings.length} findings\n`);
}
process.exitCode = found === 0 ? 0 : 1;
