import { createRequire } from "node:module";
import type * as X509 from "@peculiar/x509";

const require = createRequire(import.meta.url);

/**
 * The library that reads and writes certificates. It takes longer to load than most of a start, and few clusters ever see a
 * request, so the first one loads it; as CommonJS, since its other form imports folders, which Node.js does not do.
 */
export function x509(): typeof X509 {
  return require("@peculiar/x509") as typeof X509;
}
