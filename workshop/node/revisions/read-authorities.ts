import { readdir, readFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { rootCertificates } from "node:tls";

/** An authority's certificate is a few kilobytes; a file of many is what a machine believes in all. */
const MAX_FILES = 1_000;

/**
 * The certificates that are believed besides Node's own, in PEM, with those: of the folders in `SSL_CERT_DIR` and the file in
 * `NODE_EXTRA_CA_CERTS`. Absent where no folder is named, for then Node does it.
 */
export async function readAuthorities(
  environment: Readonly<Record<string, string>>,
): Promise<string[] | undefined> {
  const folders = (environment["SSL_CERT_DIR"] ?? "").split(delimiter).filter((folder) => folder !== "");
  if (folders.length === 0) return undefined;
  const named = environment["NODE_EXTRA_CA_CERTS"];
  const inFolders = await Promise.all(folders.map((folder) => filesOf(folder)));
  const files = [...(named === undefined ? [] : [named]), ...inFolders.flat()].slice(0, MAX_FILES);
  const texts = await Promise.all(files.map((file) => readFile(file, "utf8").catch(() => "")));
  return [...rootCertificates, ...texts.filter((text) => text.includes("-----BEGIN CERTIFICATE-----"))];
}

async function filesOf(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.filter((name) => !name.startsWith(".")).map((name) => join(folder, name));
}
