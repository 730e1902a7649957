import type { StartRule } from "../../workshop/common/instructor-api.js";
import type { Confinement } from "../../terminal/node/confinement.js";
import type { ServeConfig } from "../config.js";

type Exposed = Pick<ServeConfig, "host" | "publicUrl" | "start" | "tls">;

/** Whether only this machine can reach a server on that address. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "[::1]" || host === "::1" || host.startsWith("127.");
}

/** Whether others than this machine's own users reach the server, by its address or through a proxy. */
export function isExposed({ host, publicUrl }: Pick<Exposed, "host" | "publicUrl">): boolean {
  return !isLoopback(host) || (publicUrl !== undefined && !isLoopback(new URL(publicUrl).hostname));
}

/**
 * Who may start labs where `--start` does not say: everybody on a machine of one's own; beyond it, and where a shell is as good as the
 * operator's own, whoever was given the link.
 */
export function startRuleOf(config: Exposed, confinement: Pick<Confinement, "kind">): StartRule {
  return config.start ?? (isExposed(config) || confinement.kind === "none" ? "link" : "open");
}

/** Whether what browsers send can be read on its way: no TLS of our own, and none said to stand in front. */
export function isUnencrypted(config: Exposed): boolean {
  return isExposed(config) && config.tls === undefined && !config.publicUrl?.startsWith("https:");
}
