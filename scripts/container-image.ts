import { statSync } from "node:fs";
import {
  type ImageTarget,
  containerImage,
  missingForImages,
} from "../test/kubernetes/node/container-images.js";

const targets: ImageTarget[] = ["server", "toolbox"];
const asked = process.argv.slice(2);
const unknown = asked.find((name) => !targets.some((target) => target === name));
if (unknown !== undefined) {
  process.stderr.write(`There is no image ${unknown}; there are ${targets.join(" and ")}.\n`);
  process.exit(1);
}
const missing = await missingForImages();
if (missing !== undefined) {
  process.stderr.write(`No image can be built here: ${missing}.\n`);
  process.exit(1);
}
for (const target of targets.filter((name) => asked.length === 0 || asked.includes(name))) {
  const { name, archive } = await containerImage(target);
  const megabytes = (statSync(archive).size / 1e6).toFixed(0);
  process.stdout.write(`${name}  ${megabytes} MB  ${archive}\n`);
}
