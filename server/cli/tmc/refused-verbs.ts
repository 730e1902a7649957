import { Command } from "commander";

import { TmcError } from "./tmc-error.js";

const NOT_A_CLUSTER_MANAGER =
  "clusters are neither made nor upgraded here; one that exists is put under the policies with: tmc cluster attach --help";
const ROLES_ELSEWHERE =
  "roles are bound on the organization and on workspaces: tmc workspace iam add-binding --help";
const IMAGES_ONLY = "only image policies are set here: tmc workspace image-policy create --help";
const KUBECTL = "do it in the cluster itself, with kubectl";
const ONE_LOGIN =
  "LECTERN_URL and LECTERN_TOKEN log a terminal in; see where with: tmc system context current";

/** What the original does and Lectern does not, and what to do instead; the words of a command parted by spaces. */
export const REFUSED: Record<string, string> = {
  account: "there are no cloud accounts here; see what is registered with: tmc cluster list",
  aks: NOT_A_CLUSTER_MANAGER,
  akscluster: NOT_A_CLUSTER_MANAGER,
  apply: "manifests are given to the verb of their kind: tmc workspace image-policy create -f policy.yaml",
  audit: "what runs against the policies is listed by: tmc policy insights list",
  insights: "what runs against the policies is listed by: tmc policy insights list",
  continuousdelivery: KUBECTL,
  credential: "there are no credentials to keep here; a terminal of a session has what it needs",
  dataprotection: KUBECTL,
  ekscluster: NOT_A_CLUSTER_MANAGER,
  events: "refusals are events of their namespace: kubectl get events --field-selector type=Warning",
  helm: KUBECTL,
  iam: ROLES_ELSEWHERE,
  inspection: KUBECTL,
  integration: KUBECTL,
  managementcluster:
    'every cluster here is of management cluster "attached"; see them with: tmc cluster list',
  mc: 'every cluster here is of management cluster "attached"; see them with: tmc cluster list',
  nodepool: NOT_A_CLUSTER_MANAGER,
  provisioner: 'every cluster here is of provisioner "attached"; see them with: tmc cluster list',
  secret: KUBECTL,
  setting: KUBECTL,
  tanzupackage: KUBECTL,

  "login switch": ONE_LOGIN,
  "system context create": ONE_LOGIN,
  "system context delete": ONE_LOGIN,
  "system context update": ONE_LOGIN,
  "system binary": "tmc comes with Lectern and is as new as it is; see with: tmc version",

  "organization network-policy": IMAGES_ONLY,
  "organization security-policy": IMAGES_ONLY,
  "organization namespace-quota-policy": IMAGES_ONLY,
  "organization custom-policy": IMAGES_ONLY,
  "organization mutation-policy": IMAGES_ONLY,

  "workspace network-policy": IMAGES_ONLY,
  "workspace update":
    "a workspace keeps its name and description; its policies and namespaces are what changes",

  "clustergroup create":
    'every cluster is in the group "default"; image policies are set on workspaces: tmc workspace create',
  "clustergroup update":
    'every cluster is in the group "default"; image policies are set on workspaces: tmc workspace create',
  "clustergroup delete":
    'every cluster is in the group "default", which stays; workspaces are deleted with: tmc workspace delete',
  "clustergroup iam": ROLES_ELSEWHERE,
  "clustergroup security-policy": IMAGES_ONLY,
  "clustergroup namespace-quota-policy": IMAGES_ONLY,
  "clustergroup custom-policy": IMAGES_ONLY,
  "clustergroup mutation-policy": IMAGES_ONLY,
  "clustergroup image-policy":
    "image policies are set on workspaces and the organization, never on clusters: tmc workspace image-policy create --help",

  "cluster auth": "the kubeconfig of a session is in ~/.kube/config already: kubectl get pods",
  "cluster create": NOT_A_CLUSTER_MANAGER,
  "cluster custom-policy": IMAGES_ONLY,
  "cluster dataprotection": KUBECTL,
  "cluster iam": ROLES_ELSEWHERE,
  "cluster image-policy":
    "image policies are set on workspaces and the organization, never on clusters: tmc workspace image-policy create --help",
  "cluster inspection": KUBECTL,
  "cluster mutation-policy": IMAGES_ONLY,
  "cluster namespace-quota-policy": IMAGES_ONLY,
  "cluster nodepool": NOT_A_CLUSTER_MANAGER,
  "cluster provisionedcluster": NOT_A_CLUSTER_MANAGER,
  "cluster security-policy": IMAGES_ONLY,
  "cluster update": NOT_A_CLUSTER_MANAGER,
  "cluster upgrade": NOT_A_CLUSTER_MANAGER,
  "cluster validate":
    "the cluster of a session needs nothing to be registered; ask how it is with: tmc cluster get my-cluster",
  "cluster namespace delete":
    "a namespace goes with its session; it is taken out of its workspace with: tmc cluster namespace detach -n my-namespace -c my-cluster",
  "cluster namespace iam": ROLES_ELSEWHERE,
  "policy create": "policies are created where they hold: tmc workspace image-policy create --help",
  "policy delete": "policies are deleted where they hold: tmc workspace image-policy delete --help",
  "policy policy-template": "the templates are fixed; see them with: tmc policy templates list",
};

/** Adds the verbs that are refused by name, whatever follows them. */
export function addRefusedVerbs(program: Command): void {
  for (const [words, instead] of Object.entries(REFUSED)) addRefused(program, words.split(" "), instead);
}

function addRefused(program: Command, words: string[], instead: string): void {
  const parent = words
    .slice(0, -1)
    .reduce((command, word) => command.commands.find((child) => child.name() === word) ?? command, program);
  const refused = new Command(words.at(-1))
    .description(`Not part of Lectern: ${instead}`)
    .allowUnknownOption()
    .allowExcessArguments()
    .argument("[words...]")
    .action(() => {
      throw new TmcError(`Unimplemented: "tmc ${words.join(" ")}" is not part of Lectern: ${instead}`);
    });
  parent.addCommand(refused, { hidden: true });
}
