import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { writePrivateFile } from "./private-file.js";

/** What has to be the same after a restart for kubeconfigs to stay valid. */
export interface Remembered {
  adminToken: string;
  /** Absent until the cluster has listened once. */
  port?: number;
}

const ADMIN_TOKEN_BYTES = 32;

export function loadRemembered(dataDir: string): Remembered {
  const path = pathIn(dataDir);
  if (existsSync(path)) return JSON.parse(readFileSync(path, "utf8")) as Remembered;
  return { adminToken: randomBytes(ADMIN_TOKEN_BYTES).toString("base64url") };
}

export function saveRemembered(dataDir: string, remembered: Remembered): void {
  writePrivateFile(pathIn(dataDir), JSON.stringify(remembered));
}

function pathIn(dataDir: string): string {
  return join(dataDir, "cluster.json");
}
