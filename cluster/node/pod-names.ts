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
/** Characters of a host's name as a kubelet gives it, and as the kernel takes it. */
const MAX_HOSTNAME = 63;
const MAX_KERNEL_NAME = 64;

/** The text of a pod's `/etc/hosts`, as a kubelet writes it: its own name, and those of its `hostAliases`. */
export function hostsFileOf(pod: Pod, { hostname, address }: { hostname: string; address: string }): string {
  const domain = domainOf(pod);
  const own = domain === "" ? hostname : `${hostname}.${domain}\t${hostname}`;
  const aliases = recordsAt(pod.spec, "hostAliases").map((alias) => {
    const { hostnames } = alias;
    const names = Array.isArray(hostnames) ? hostnames.map((name) => asText(name)) : [];
    return `${[textAt(alias, "ip"), ...names].join("\t")}\n`;
  });
  const added = aliases.length === 0 ? "" : `\n# Entries added by HostAliases.\n${aliases.join("")}`;
  return `${HEAD}${address}\t${own}\n${added}`;
}

/** What a pod is called inside, and how it finds others. Throws a kubelet's words where its full name is longer than the kernel takes. */
export function namesOf(
  pod: Pod,
  address: string,
): Pick<SandboxSpec, "hostname" | "address" | "resolver" | "hosts"> {
  const hostname = hostnameOf(pod);
  const hosts = hostsFileOf(pod, { hostname, address });
  return { hostname: kernelNameOf(pod, hostname), address, resolver: resolverOf(pod), hosts };
}

/** Cut where it is too long, as a kubelet does, which leaves no sign at its end that is not part of a name. */
function hostnameOf(pod: Pod): string {
  const name = asText(pod.spec["hostnameOverride"]) || pod.spec.hostname || nameOf(pod);
  return name.length <= MAX_HOSTNAME ? name : name.slice(0, MAX_HOSTNAME).replace(/[-.]+$/, "");
}

/** Empty where the pod has none. */
function domainOf(pod: Pod): string {
  const subdomain = asText(pod.spec["subdomain"]);
  if (subdomain === "" || asText(pod.spec["hostnameOverride"]) !== "") return "";
  return `${subdomain}.${namespaceOf(pod)}.svc.${CLUSTER_DOMAIN}`;
}

function kernelNameOf(pod: Pod, hostname: string): string {
  const domain = domainOf(pod);
  if (pod.spec["setHostnameAsFQDN"] !== true || domain === "") return hostname;
  const full = `${hostname}.${domain}`;
  if (full.length <= MAX_KERNEL_NAME) return full;
  throw new Error(
    `failed to construct FQDN from pod hostname and cluster domain, FQDN ${full} is too long (${MAX_KERNEL_NAME} characters is the max, ${full.length} characters requested)`,
  );
}
