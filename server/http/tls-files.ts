import { createPrivateKey } from "node:crypto";
import { readFileSync, unwatchFile, watchFile } from "node:fs";
import type { Server } from "node:https";
import { createSecureContext } from "node:tls";
import type { Logger } from "pino";
import type { ServeConfig } from "../config.js";
import { ServerError, serverErrorCodes } from "../errors.js";

type TlsFiles = NonNullable<ServeConfig["tls"]>;

/** What renews certificates does so weeks before the old one ends. */
const LOOK_MS = 2_000;

/** Certificate and key as Node takes them. Throws SERVER_TLS_UNUSABLE naming the file that is wrong and what to do. */
export function readTlsFiles({ cert, key }: TlsFiles): { cert: Buffer; key: Buffer } {
  const files = { cert: read(cert, "--tls-cert"), key: read(key, "--tls-key") };
  attempt(
    () => createSecureContext({ cert: files.cert }),
    `${cert} (--tls-cert) is no PEM certificate`,
    "Give the certificate with its chain.",
  );
  attempt(
    () => createPrivateKey(files.key),
    `${key} (--tls-key) is no PEM key without a passphrase`,
    "Give the key of the certificate.",
  );
  attempt(
    () => createSecureContext(files),
    `${key} (--tls-key) is not the key of ${cert} (--tls-cert)`,
    "Give the two that were issued together.",
  );
  return files;
}

/** Takes a new certificate when its files change; keeps the old one, and says so in the log, while they cannot be used. Returns how to stop. */
export function followTlsFiles(server: Server, files: TlsFiles, log: Logger): () => void {
  const paths = [files.cert, files.key];
  const take = () => {
    try {
      server.setSecureContext(readTlsFiles(files));
      log.info({ cert: files.cert }, "the TLS certificate was read again");
    } catch (error) {
      log.error({ err: error }, "the changed TLS files cannot be used; the certificate stays as it was");
    }
  };
  // By looking and not by events: certificates are often links into folders that are replaced as a whole.
  for (const path of paths) watchFile(path, { interval: LOOK_MS, persistent: false }, take);
  return () => {
    for (const path of paths) unwatchFile(path, take);
  };
}

function read(file: string, flag: string): Buffer {
  return attempt(
    () => readFileSync(file),
    `${file} (${flag}) cannot be read`,
    "Give a file this account may read.",
  );
}

function attempt<T>(work: () => T, what: string, remedy: string): T {
  try {
    return work();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ServerError(serverErrorCodes.tlsUnusable, `${what}: ${why}. ${remedy}`, error);
  }
}
