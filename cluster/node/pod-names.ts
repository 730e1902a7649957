import { asText, recordsAt, textAt } from "../api/field-access.js";
import type { SandboxSpec } from "../containers/container-runtime.js";
import { nameOf, namespaceOf } from "../controllers/object-keys.js";
import type { Pod } from "../controllers/object-kinds.js";
import { CLUSTER_DOMAIN, resolverOf } from "./resolver.js";

const HEAD = `# Kubernetes-managed hosts file.
127.0.0.1\tlocalhost
::1\tlocalhost ip6-localhost ip6-loopback
fe00::0\tip6-localnet
fe00::0\tip6-mcastprefix
fe00::1\tip6-allnodes
fe00::2\tip6-allrouters
`;

/** The text of a pod's `/etc/hosts`, as a kubelet writes it: its own name, and those of its `hostAliases`. */
export function hostsFileOf(pod: Pod, { hostname, address }: { hostname: string; address: string }): string {
  const subdomain = asText(pod.spec["subdomain"]);
  const domain = subdomain === "" ? "" : `.${subdomain}.${namespaceOf(pod)}.svc.${CLUSTER_DOMAIN}`;
  const own = domain === "" ? hostname : `${hostname}${domain}\t${hostname}`;
  const aliases = recordsAt(pod.spec, "hostAliases").map((alias) => {
    const { hostnames } = alias;
    const names = Array.isArray(hostnames) ? hostnames.map((name) => asText(name)) : [];
    return `${[textAt(alias, "ip"), ...names].join("\t")}\n`;
  });
  const added = aliases.length === 0 ? "" : `\n# Entries added by HostAliases.\n${aliases.join("")}`;
  return `${HEAD}${address}\t${own}\n${added}`;
}

/** What a pod is called inside, and how it finds others. */
export function namesOf(
  pod: Pod,
  address: string,
): Pick<SandboxSpec, "hostname" | "address" | "resolver" | "hosts"> {
  const hostname = (pod.spec.hostname ?? nameOf(pod)).slice(0, 63);
  return { hostname, address, resolver: resolverOf(pod), hosts: hostsFileOf(pod, { hostname, address }) };
}
