import { writeFileSync } from "node:fs";
import { missingForControlPlane } from "../test/kubernetes/control-plane/requirements.js";
import { startControlPlane } from "../test/kubernetes/control-plane/start-control-plane.js";
import { collectFacts } from "../test/kubernetes/facts/collect-facts.js";

const folder = new URL("../cluster/facts/", import.meta.url);

const missing = missingForControlPlane();
if (missing !== undefined) throw new Error(missing);
const controlPlane = await startControlPlane();
try {
  for (const [name, text] of Object.entries(await collectFacts(controlPlane.client))) {
    writeFileSync(new URL(name, folder), text);
    process.stdout.write(`cluster/facts/${name}: ${text.length} bytes\n`);
  }
} finally {
  await controlPlane.stop();
}
