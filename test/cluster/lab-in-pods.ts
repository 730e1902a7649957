/** Of a page; the first tells one shell from the next. */
const STEPS = [
  "echo $$ >shell; id -un; echo $SESSION_NAME",
  "helm version --short; kubectl auth can-i create deployments; tmc workspace list",
  "sleep 15; echo woke up in $$; cat shell",
  "sleep 45; echo still in $$; cat shell",
  "false",
];

/** A lab as an author brings it without an image: a ConfigMap, and a Workshop that names it. */
export function labInPods(): unknown[] {
  const metadata = { name: "in-pods", namespace: "default" };
  const page = ["# In pods", ...STEPS.map((step) => `\`\`\`execute-1\n${step}\n\`\`\``)].join("\n\n");
  const lab = "title: In pods\nlayout: default\nworkspaces: [team]\n";
  return [
    {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata,
      data: { "workshop.yaml": lab, "pages__01-page.md": page },
    },
    {
      apiVersion: "lectern.dev/v1alpha1",
      kind: "Workshop",
      metadata: { name: "in-pods" },
      spec: { configMap: { namespace: "default", name: "in-pods" } },
    },
  ];
}
