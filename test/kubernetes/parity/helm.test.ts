import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll } from "vitest";
import { helmBinaries } from "../helm/binaries.js";
import type { Session } from "./both-clusters.js";
import { describeParity, sameOnBoth } from "./both-clusters.js";

const LINES = ["helm3", "helm4"] as const;

describeParity("helm", () => {
  // Building them takes minutes where nobody has.
  beforeAll(() => helmBinaries());

  for (const line of LINES) {
    sameOnBoth(
      `${line} installs, upgrades, rolls back and takes away a release`,
      async ({ run, helm, until, folder }) => {
        writeChart(folder);
        const chart = join(folder, "site");
        await helm(line, `template site ${chart} --set replicas=2`);
        await helm(line, `install site ${chart} --dry-run=server --set replicas=x`);
        await helm(line, ["status", "site"]);
        await helm(line, `install site ${chart} --wait --timeout 60s`);
        await run("get deployment,service,configmap -l app.kubernetes.io/managed-by=Helm -o name");
        await run("get configmap site -o jsonpath={.metadata.annotations}{.data}");
        await run("get secret -l owner=helm -o jsonpath={.items[*].type},{.items[*].metadata.name}");
        await helm(line, "get values site");
        await helm(line, "get manifest site");
        await helm(line, `upgrade site ${chart} --set greeting=bye --wait --timeout 60s`);
        await run("get configmap site -o jsonpath={.data.greeting}");
        await helm(line, `upgrade site ${chart} --set replicas=-1`);
        await run("get secret -l owner=helm,status=failed -o jsonpath={.items[*].metadata.labels.version}");
        await helm(line, "rollback site 1 --wait --timeout 60s");
        await run("get configmap site -o jsonpath={.data.greeting}");
        await until("get deployment site", /1\/1/);
        await helm(line, `install site ${chart}`);
        await helm(line, "test site");
        await helm(line, "uninstall site --wait --timeout 60s");
        await helm(line, "uninstall site");
        await run("get deployment,service,configmap -l app.kubernetes.io/managed-by=Helm -o name");
      },
      [/hello/, /bye/, /cannot reuse a name|cannot re-use a name/, /not found/],
    );

    sameOnBoth(
      `${line} does not take over what is somebody else's, and leaves out what may not be made`,
      async (session) => {
        const { run, helm, folder, quietly } = session;
        writeChart(folder);
        await quietly("create configmap site --from-literal=a=b");
        await helm(line, `install site ${join(folder, "site")}`);
        await quietly("delete configmap site");
        await asBeginner(session);
        await helm(line, `install site ${join(folder, "site")} --kube-as-user=beginner`);
        await run("get deployments");
      },
      [/invalid ownership metadata/, /forbidden/],
    );
  }
});

async function asBeginner({ quietly, until }: Session): Promise<void> {
  await quietly("create rolebinding beginner --clusterrole=view --user=beginner");
  await until("auth can-i list pods --as=beginner", /yes/);
}

/** A chart with a Deployment, a Service and a ConfigMap. */
function writeChart(folder: string): void {
  const chart = join(folder, "site");
  mkdirSync(join(chart, "templates"), { recursive: true });
  const files: Record<string, string> = {
    "Chart.yaml": "apiVersion: v2\nname: site\nversion: 0.1.0\n",
    "values.yaml": "replicas: 1\ngreeting: hello\n",
    "templates/site.yaml": SITE,
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(chart, name), text);
}

const SITE = `apiVersion: v1
kind: ConfigMap
metadata: {name: {{ .Release.Name }}, labels: {app.kubernetes.io/managed-by: {{ .Release.Service }}}}
data: {greeting: {{ .Values.greeting }}}
---
apiVersion: v1
kind: Service
metadata: {name: {{ .Release.Name }}, labels: {app.kubernetes.io/managed-by: {{ .Release.Service }}}}
spec: {selector: {app: site}, ports: [{port: 80}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: {{ .Release.Name }}, labels: {app.kubernetes.io/managed-by: {{ .Release.Service }}}}
spec:
  replicas: {{ .Values.replicas }}
  selector: {matchLabels: {app: site}}
  template:
    metadata: {labels: {app: site}}
    spec: {containers: [{name: web, image: "nginx:1.27"}]}
`;
