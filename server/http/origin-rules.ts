import { hostname } from "node:os";
import proxyAddress from "proxy-addr";
import type { ServeConfig } from "../config.js";
import type { OriginRules } from "./same-origin.js";

/** Under which names pages may reach a server of these settings, and which proxies are believed. */
export function originRules({ host, publicUrl, trustProxy, pods }: ServeConfig): OriginRules {
  // What the operator tells shells in pods to call is as much a name of this server as the address learners type.
  const inPods = pods?.url === undefined ? [] : [new URL(pods.url).hostname];
  return {
    names: [host.toLowerCase(), hostname().toLowerCase(), ...inPods],
    ...(publicUrl === undefined ? {} : { publicUrl }),
    ...(trustProxy === undefined ? {} : { trusts: trustOf(trustProxy) }),
  };
}

/** Whether the one that connects is a proxy to be believed, as Express judges it. */
function trustOf(trustProxy: number | string[]): (address: string) => boolean {
  if (typeof trustProxy === "number") return () => true;
  const isTrusted = proxyAddress.compile(trustProxy);
  return (address) => isTrusted(address, 0);
}
