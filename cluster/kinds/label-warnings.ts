/** Labels of nodes that have other names today. */
const LABELS: Record<string, [since: string, label: string]> = {
  "beta.kubernetes.io/arch": ["v1.14", "kubernetes.io/arch"],
  "beta.kubernetes.io/os": ["v1.14", "kubernetes.io/os"],
  "failure-domain.beta.kubernetes.io/region": ["v1.17", "topology.kubernetes.io/region"],
  "failure-domain.beta.kubernetes.io/zone": ["v1.17", "topology.kubernetes.io/zone"],
  "beta.kubernetes.io/instance-type": ["v1.17", "node.kubernetes.io/instance-type"],
};

/** What is to be said of a label of nodes, if anything. */
export function labelWarning(label: string): string[] {
  if (!Object.hasOwn(LABELS, label)) return [];
  const [since, instead] = LABELS[label] ?? ["", ""];
  return [`deprecated since ${since}; use "${instead}" instead`];
}
