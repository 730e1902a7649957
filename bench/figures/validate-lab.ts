import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Figure } from "../figure.js";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** The whole command an author types, with the cluster and the terminal host it starts for itself. */
export const validateLab: Figure = {
  name: "lectern validate, shipped lab",
  unit: "s",
  bound: 10,
  method: "one run of the command line on content/image-registry-policies",
  async measure() {
    const start = performance.now();
    await promisify(execFile)(
      process.execPath,
      ["bin/lectern.js", "validate", "content/image-registry-policies"],
      { cwd: root, timeout: 120_000 },
    );
    return (performance.now() - start) / 1000;
  },
};
