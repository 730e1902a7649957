import { createPrivateKey, generateKeyPairSync } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { linkSync, readFileSync, rmSync, writeFileSync } from "node:fs";

/**
 * The key kept in `path`, made (mode 0600) where there is none: tokens stay valid over a restart. It gets its name only when all of it is on the
 * disk: a half one would keep every later start from reading it. Throws what the file system throws.
 */
export function loadSigningKey(path: string): KeyObject {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const unfinished = `${path}.${process.pid}.tmp`;
  try {
    const pem = privateKey.export({ type: "pkcs8", format: "pem" });
    // One that is there already would keep the permissions it has.
    rmSync(unfinished, { force: true });
    writeFileSync(unfinished, pem, { mode: 0o600, flag: "wx", flush: true });
    linkSync(unfinished, path);
    return privateKey;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    return createPrivateKey(readFileSync(path, "utf8"));
  } finally {
    rmSync(unfinished, { force: true });
  }
}
