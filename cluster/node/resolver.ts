import { asText, recordAt, recordsAt, textAt } from "../api/field-access.js";
import { namespaceOf } from "../controllers/object-keys.js";
import type { Pod } from "../controllers/object-kinds.js";

/** The zone of a cluster's names. */
export const CLUSTER_DOMAIN = "cluster.local";
/** Where a cluster's names are asked for, as kubeadm chooses. */
export const NAME_SERVER = "10.96.0.10";

/** The text of a pod's `/etc/resolv.conf`, as a kubelet has it made. */
export function resolverOf(pod: Pod): string {
  const policy = asText(pod.spec["dnsPolicy"], "ClusterFirst");
  const config = recordAt(pod.spec, "dnsConfig");
  const listed = (field: string): string[] => {
    const value = config?.[field];
    return Array.isArray(value) ? value.map((text) => asText(text)) : [];
  };
  const isOfCluster = policy.startsWith("ClusterFirst");
  const searches = [...(isOfCluster ? searchesOf(namespaceOf(pod)) : []), ...listed("searches")];
  const servers = [...(isOfCluster ? [NAME_SERVER] : []), ...listed("nameservers")];
  const options = new Map<string, string>(isOfCluster ? [["ndots", "5"]] : []);
  for (const option of recordsAt(config, "options"))
    options.set(textAt(option, "name"), asText(option["value"]));
  const optionTexts = [...options].map(([name, value]) => (value === "" ? name : `${name}:${value}`));
  return [
    ...(searches.length > 0 ? [`search ${[...new Set(searches)].join(" ")}`] : []),
    ...[...new Set(servers)].map((server) => `nameserver ${server}`),
    ...(optionTexts.length > 0 ? [`options ${optionTexts.join(" ")}`] : []),
    "",
  ].join("\n");
}

function searchesOf(namespace: string): string[] {
  return [`${namespace}.svc.${CLUSTER_DOMAIN}`, `svc.${CLUSTER_DOMAIN}`, CLUSTER_DOMAIN];
}
