/** Verbs of kubectl that act on nodes. */
const NODE_VERBS: ReadonlySet<string> = new Set("cordon uncordon drain taint".split(" "));
/** Verbs that take a kind as their next word. */
const KIND_VERBS: ReadonlySet<string> = new Set(
  "get describe create delete edit label annotate patch wait".split(" "),
);
/** Kinds that belong to the whole cluster, as kubectl lets them be written. */
const KINDS: ReadonlySet<string> = new Set(
  "node nodes no namespace namespaces ns clusterrole clusterroles clusterrolebinding clusterrolebindings customresourcedefinition customresourcedefinitions crd crds persistentvolume persistentvolumes pv storageclass storageclasses sc priorityclass priorityclasses pc ingressclass ingressclasses".split(
    " ",
  ),
);
const SYSTEM_NAMESPACES: ReadonlySet<string> = new Set(
  "default kube-system kube-public kube-node-lease".split(" "),
);

/**
 * What in a line of commands needs rights beyond one namespace, as its words say it; nothing where none does, or where they name that
 * namespace itself. What programs and files do is not known.
 */
export function clusterWideWords(command: string, namespace: string): string | undefined {
  for (const simple of command.split(/&&|\|\||[;|\n]/)) {
    const words = simple.trim().split(/\s+/);
    const at = words.findIndex((word) => word === "kubectl" || word === "k");
    const found = at === 0 || (at === 1 && words[0] === "sudo") ? beyond(words.slice(at + 1)) : undefined;
    if (found !== undefined && !words.some((word) => word.includes(namespace))) return found;
  }
  return undefined;
}

function beyond(words: readonly string[]): string | undefined {
  if (words.some((word) => word === "--dry-run=client")) return undefined;
  if (words.includes("-A") || words.includes("--all-namespaces")) return "all namespaces";
  const given = namespaceIn(words);
  if (given !== undefined && SYSTEM_NAMESPACES.has(given)) return `the namespace ${given}`;
  if (words[0] === "cluster-info") return "the namespace kube-system";
  const [verb = "", kind = ""] = words.filter((word) => !word.startsWith("-"));
  if (NODE_VERBS.has(verb)) return "nodes";
  const [written = ""] = kind.toLowerCase().split("/", 1);
  return KIND_VERBS.has(verb) && KINDS.has(written) ? `the kind ${written}` : undefined;
}

function namespaceIn(words: readonly string[]): string | undefined {
  const at = words.findIndex((word) => word === "-n" || word === "--namespace");
  return at < 0 ? words.find((word) => word.startsWith("--namespace="))?.slice(12) : words[at + 1];
}
