import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { generate } from "selfsigned";

const DAY_MS = 24 * 60 * 60 * 1000;

/** Makes an authority for certificates of clients, valid for a day; answers with the paths of its files in the folder. */
export async function makeClientAuthority(folder: string): Promise<{ certificate: string; key: string }> {
  const notBeforeDate = new Date();
  const made = await generate([{ name: "commonName", value: "client-authority" }], {
    notBeforeDate,
    notAfterDate: new Date(notBeforeDate.getTime() + DAY_MS),
    keyType: "ec",
    algorithm: "sha256",
    extensions: [
      { name: "basicConstraints", cA: true, critical: true },
      { name: "keyUsage", keyCertSign: true, cRLSign: true, digitalSignature: true, critical: true },
    ],
  });
  const paths = { certificate: join(folder, "client-ca.crt"), key: join(folder, "client-ca.key") };
  writeFileSync(paths.certificate, made.cert, { mode: 0o600 });
  writeFileSync(paths.key, made.private, { mode: 0o600 });
  return paths;
}
