import { configMapLab } from "../server/config-map-lab.js";

/** Of a page; the first tells one shell from the next. */
const STEPS = [
  "echo $$ >shell; id -un; echo $SESSION_NAME",
  "helm version --short; kubectl auth can-i create deployments; tmc workspace list",
  "sleep 15; echo woke up in $$; cat shell",
  "sleep 45; echo still in $$; cat shell",
  "false",
];

/** A lab whose steps tell what a pod gives its learner. */
export function labInPods(): unknown[] {
  const page = ["# In pods", ...STEPS.map((step) => `\`\`\`execute-1\n${step}\n\`\`\``)].join("\n\n");
  return configMapLab("in-pods", { workshop: "title: In pods\nlayout: default\nworkspaces: [team]\n", page });
}
