import { randomInt } from "node:crypto";
import { fuzzImages } from "../test/fuzz/fuzz-images.js";

/** Images of one seed, so that what is found is found again soon. */
const IMAGES_A_SEED = 10_000;
const DEFAULT_IMAGES = 1_000_000;

const [images = DEFAULT_IMAGES, firstSeed = randomInt(2 ** 31)] = process.argv.slice(2).map(Number);
if (!(images > 0) || !Number.isInteger(firstSeed))
  throw new Error("usage: npm run fuzz:images [IMAGES [SEED]]; both are whole numbers");
let found = 0;
let admitted = 0;
for (let done = 0, seed = firstSeed; done < images; done += IMAGES_A_SEED, seed++) {
  const { findings, counts } = fuzzImages({ seed, images: Math.min(IMAGES_A_SEED, images - done) });
  found += findings.length;
  admitted += counts.admitted;
  for (const finding of findings)
    process.stdout.write(`seed ${seed}: ${JSON.stringify(finding).slice(0, 4000)}\n`);
}
process.stdout.write(`${images} images from seed ${firstSeed}: ${admitted} admitted, ${found} findings\n`);
process.exitCode = found === 0 ? 0 : 1;
