import type { KubeConfig } from "../../../kubernetes/node/client-library.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { startTmcWorld, type TmcWorldOnCluster } from "./tmc-world.js";

const organization = "lab-scripts";
const workspace = "day1-ws";
const cluster = `${organization}-cluster`;

interface Line {
  /** What stands in the script after `tmc`; FILE: names a manifest below. */
  run: string;
  /** What it prints, on standard output where it succeeds and on standard error where it does not. */
  says: RegExp;
  fails?: true;
}

interface Script {
  title: string;
  lines: Line[];
}

const MANIFESTS: Record<string, string> = {
  "workspace.yaml": `fullName:\n  name: from-file\nmeta:\n  description: of a file\n  labels:\n    origin: lab\n`,
  "namespace.yaml": `fullName:\n  managementClusterName: attached\n  provisionerName: attached\n  clusterName: ${cluster}\n  name: ${organization}\nmeta:\n  labels:\n    env: prod\nspec:\n  workspaceName: ${workspace}\n  attach: true\n`,
  "new-namespace.yaml": `fullName:\n  clusterName: ${cluster}\n  name: brand-new\nspec:\n  workspaceName: ${workspace}\n`,
  "registry.yaml": `fullName:\n  name: registry-policy\n  workspaceName: ${workspace}\nspec:\n  input:\n    rules:\n    - hostname: harbor.example.com\n      tag: {}\n  recipe: custom\n  recipeVersion: v1\n  type: image-policy\n`,
  "latest.json": JSON.stringify({
    policy: {
      fullName: { name: "no-latest", orgId: "any" },
      meta: { labels: {}, description: "" },
      spec: {
        type: "image-policy",
        recipe: "block-latest-tag",
        input: { audit: false },
        namespaceSelector: { matchExpressions: [{ key: "block-latest", operator: "In", values: ["true"] }] },
      },
    },
  }),
};

/** Scripts as public labs and blogs have them, in words of our own; run one after another, in order. */
const SCRIPTS: Script[] = [
  {
    title: "a lab that logs in and looks around",
    lines: [
      { run: "login --no-configure --name lab", says: /logged in to organization "lab-scripts"/ },
      { run: "login -n lab -c", says: /logged in/ },
      { run: "system context list", says: /^CURRENT +NAME[^]*lab-scripts/ },
      { run: "system context configure -l log -m attached -p attached", says: /nothing had to be changed/ },
      { run: "configure -m attached -p attached -l info", says: /nothing had to be changed/ },
      { run: "configure -m aws-hosted", says: /NotFound: "aws-hosted" not found/, fails: true },
      { run: "system context current -o json", says: /"orgId": "lab-scripts"/ },
      { run: "cluster list --all", says: /lab-scripts-cluster +attached +attached +READY/ },
      { run: "cluster list -g default --name lab-scripts-cluster -o wide", says: /GROUP[^]* default/ },
      { run: "cluster list --cluster-group production", says: /^No clusters to list$/ },
      { run: "cluster get lab-scripts-cluster -m attached -p attached", says: /health: HEALTHY/ },
      { run: "cluster get -n lab-scripts-cluster -o table", says: /^NAME[^]*HEALTHY/ },
      { run: "clustergroup list", says: /^NAME +CLUSTERS\ndefault +1$/ },
      { run: "clustergroup get default -o json", says: /"name": "default"/ },
      { run: "version", says: /^0$/ },
    ],
  },
  {
    title: "a script that makes workspaces, in the words of each version",
    lines: [
      { run: "workspace create -t default --name old-words", says: /"old-words" created successfully/ },
      { run: 'workspace create --name described --description "one of two"', says: /"described" created/ },
      { run: "workspace create positional -o yaml", says: /fullName:\n {2}name: positional/ },
      { run: "workspace create -f FILE:workspace.yaml --dry-run", says: /would be created \(dry run\)/ },
      { run: "workspace get from-file", says: /NotFound/, fails: true },
      { run: "workspace create --file FILE:workspace.yaml", says: /"from-file" created/ },
      { run: "workspace create -f FILE:workspace.yaml --dry-run", says: /AlreadyExists/, fails: true },
      { run: "workspace get from-file -o json", says: /"origin": "lab"/ },
      { run: "workspace list -o wide", says: /origin=lab/ },
      { run: "workspace get -n described -o table", says: /described +0 +0 +one of two/ },
      { run: "workspace delete old-words --dry-run", says: /would be deleted/ },
      { run: "workspace delete old-words", says: /"old-words" deleted/ },
      { run: "workspace delete -n positional", says: /deleted/ },
      { run: "workspace delete old-words", says: /NotFound/, fails: true },
    ],
  },
  {
    title: "a lab that attaches namespaces",
    lines: [
      {
        run: `cluster namespace create -n made -k ${workspace} -c ${cluster}`,
        says: /attach -n made -k day1-ws -c lab-scripts-cluster/,
        fails: true,
      },
      {
        run: "cluster namespace create -f FILE:new-namespace.yaml",
        says: /FailedPrecondition: .*"brand-new"/,
        fails: true,
      },
      {
        run: `cluster namespace attach -n ${organization} -k ${workspace} -c ${cluster} --dry-run`,
        says: /would be attached/,
      },
      {
        run: `cluster namespace attach -n ${organization} -k nowhere -c ${cluster} --dry-run`,
        says: /NotFound: workspace "nowhere"/,
        fails: true,
      },
      { run: "cluster namespace list", says: /^No namespaces to list$/ },
      { run: "cluster namespace create -f FILE:namespace.yaml", says: /"lab-scripts" attached successfully/ },
      {
        run: `cluster namespace list --cluster-name ${cluster} -m attached -p attached --workspace ${workspace}`,
        says: /lab-scripts +day1-ws/,
      },
      { run: `cluster namespace list -k described`, says: /^No namespaces to list$/ },
      {
        run: `cluster namespace get ${organization} --cluster-name ${cluster} -m attached -p attached -o json`,
        says: /"workspaceName": "day1-ws"/,
      },
      {
        run: `cluster namespace detach -n ${organization} -k described -c ${cluster}`,
        says: /is in workspace "day1-ws", not in "described"/,
        fails: true,
      },
      { run: `cluster namespace detach ${organization} -c ${cluster} --dry-run`, says: /would be detached/ },
      {
        run: `cluster namespace detach -n ${organization} -k ${workspace} -c ${cluster} -m attached -p attached`,
        says: /detached successfully/,
      },
      {
        run: `cluster namespace attach -n ${organization} -w ${workspace} --cluster ${cluster} -o table`,
        says: /lab-scripts +day1-ws +lab-scripts-cluster +READY/,
      },
    ],
  },
  {
    title: "a demo of registry policies",
    lines: [
      { run: "policy templates list", says: /require-digest +Require Digest +false/ },
      { run: "organization image-policy template list -o json", says: /"name": "block-latest-tag"/ },
      {
        run: "workspace image-policy create -f FILE:registry.yaml --dry-run",
        says: /would be created[^]*may run only when they are from harbor\.example\.com/,
      },
      {
        run: "workspace image-policy create -f FILE:registry.yaml",
        says: /created successfully\n {2}Images may run only when/,
      },
      {
        run: `workspace image-policy update --workspace-name ${workspace} registry-policy -f FILE:registry.yaml`,
        says: /updated successfully/,
      },
      {
        run: `workspace image-policy get --workspace-name ${workspace} registry-policy`,
        says: /recipe: custom/,
      },
      {
        run: `image explain nginx -n ${organization}`,
        says: /^nginx: refused in[^]*name library\/nginx[^]*\[registry-policy\] set on workspace day1-ws: refuses\.[^]*It would pass with the registry harbor\.example\.com/,
      },
      {
        run: `image explain harbor.example.com/a/b:1 -n ${organization} -o table`,
        says: /registry-policy +workspace day1-ws +passes/,
      },
      {
        run: `workspace image-policy delete registry-policy --workspace-name ${workspace}`,
        says: /deleted successfully/,
      },
      {
        run: `workspace image-policy create --workspace-name=${workspace} --recipe-name=allow-registry --registry-domains=harbor.example.com:8443,docker.io --name=only-harbor`,
        says: /may run only when they are from harbor\.example\.com on port 8443[^;]*; or from docker\.io/,
      },
      {
        run: `workspace image-policy create -t default-allow-registry -w ${workspace} --name old --registry-domains quay.io`,
        says: /may run only when they are from quay\.io/,
      },
      {
        run: `workspace image-policy create -w ${workspace} -r allow-registry -n empty`,
        says: /needs registries/,
        fails: true,
      },
      {
        run: `workspace image-policy list --workspace-name ${workspace} -o wide`,
        says: /MEANING[^]*only-harbor +custom +allow/,
      },
      { run: `workspace image-policy delete old ${workspace}`, says: /deleted/ },
      { run: `workspace image-policy delete -n only-harbor -k ${workspace}`, says: /deleted/ },
    ],
  },
  {
    title: "a policy for the namespaces with a label",
    lines: [
      { run: "organization image-policy recipes", says: /^NAME +TITLE[^]*\nblock-latest-tag / },
      {
        run: "organization image-policy create -f FILE:latest.json --audit",
        says: /--audit came with it; say that in the manifest/,
        fails: true,
      },
      { run: "organization image-policy create -f FILE:latest.json", says: /"no-latest" created/ },
      { run: "organization image-policy list -o wide", says: /namespaces with block-latest=true/ },
      { run: `image explain nginx -n ${organization}`, says: /^nginx: allowed/ },
      {
        run: `cluster namespace update ${organization} -c ${cluster} --labels block-latest=true --dry-run`,
        says: /would be updated/,
      },
      { run: `image explain nginx -n ${organization}`, says: /^nginx: allowed/ },
      {
        run: `cluster namespace update ${organization} -c ${cluster} -l block-latest=true,team=blue`,
        says: /updated successfully/,
      },
      {
        run: `image explain nginx -n ${organization}`,
        says: /^nginx: refused[^]*\[no-latest\] set on the organization: refuses/,
      },
      { run: `cluster namespace list -n ${organization} -o wide`, says: /block-latest=true/ },
      {
        run: `cluster namespace update -n ${organization} -c ${cluster} --labels block-latest-`,
        says: /updated/,
      },
      { run: `image explain nginx -n ${organization}`, says: /^nginx: allowed/ },
      {
        run: `cluster namespace update ${organization} -c ${cluster} --labels pod-security.kubernetes.io/enforce=privileged`,
        says: /InvalidArgument: .*belong to the cluster and to Lectern/,
        fails: true,
      },
      {
        run: `cluster namespace update ${organization} -c ${cluster} --labels tmc.cloud.vmware.com/workspace=other`,
        says: /InvalidArgument/,
        fails: true,
      },
      {
        run: `cluster namespace update ${organization} -c ${cluster} -k described`,
        says: /updated successfully/,
      },
      { run: `cluster namespace get ${organization} -c ${cluster} -o table`, says: /lab-scripts +described/ },
      {
        run: `cluster namespace update ${organization} -c ${cluster}`,
        says: /nothing to update/,
        fails: true,
      },
      { run: "organization image-policy delete no-latest", says: /deleted/ },
    ],
  },
  {
    title: "scripts that say less than a custom policy needs",
    lines: [
      {
        run: "organization image-policy create -r custom -n open --image-name busybox",
        says: /say --effect block or --effect allow/,
        fails: true,
      },
      {
        run: "organization image-policy create -r custom -i --dry-run",
        says: /-i opens an editor/,
        fails: true,
      },
      {
        run: "organization image-policy create -r custom -n blocks --effect block --image-name busybox",
        says: /are refused when they are named busybox/,
      },
      { run: "organization image-policy get blocks -o table", says: /blocks +custom +block/ },
      { run: "organization image-policy delete blocks --dry-run", says: /would be deleted/ },
      { run: "organization image-policy delete blocks", says: /deleted successfully/ },
    ],
  },
];

/** The claim that scripts written for the original do what they say, made about any cluster. */
export function describeTmcScripts(title: string, target: () => { kubeConfig: KubeConfig }): void {
  describe(title, { timeout: 240_000 }, () => {
    let world: TmcWorldOnCluster;
    beforeAll(async () => {
      world = await startTmcWorld(target().kubeConfig, { organization, workspace });
    });
    afterAll(() => world?.close());

    it.each(SCRIPTS)("$title", async ({ lines }) => {
      for (const { run, says, fails } of lines) {
        const { status, out, err } = await world.tmc(...wordsOf(run, world));
        expect(fails ? err : out, `tmc ${run}\n${out}${err}`).toMatch(says);
        expect([run, status]).toEqual([run, fails ? 1 : 0]);
      }
    });
  });
}

/** The words of a line as a shell parts them where it quotes plainly; manifests become files. */
function wordsOf(line: string, world: TmcWorldOnCluster): string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain = ""]) => {
    if (quoted !== undefined) return quoted;
    if (!plain.startsWith("FILE:")) return plain;
    const name = plain.slice("FILE:".length);
    return world.file(name, MANIFESTS[name] ?? "");
  });
}
