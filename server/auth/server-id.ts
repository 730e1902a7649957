import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { writePrivately } from "../supervisor/private-file.js";

const ID_BYTES = 6;

/** Tells one data directory's server from the others on the same cluster, as a label value; made on the first start. */
export function loadServerId(file: string): string {
  try {
    const id = readFileSync(file, "utf8").trim();
    if (/^[0-9a-f]+$/.test(id)) return id;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  const id = randomBytes(ID_BYTES).toString("hex");
  writePrivately(file, `${id}\n`);
  return id;
}
