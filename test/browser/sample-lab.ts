import type { LabSummary, SessionView, StepResult } from "../../workshop/common/api.js";
import type { ActionView, PageView } from "../../workshop/common/page-view.js";

const NAMESPACE = "lab-7f3a";
const MINUTE_MS = 60_000;

export const sampleLabs: LabSummary[] = [
  {
    name: "image-policies",
    title: "Image Registry Policies",
    description:
      "Decide which container images may run in a workspace, and watch Kubernetes refuse the others.",
    minutes: 30,
    level: "beginner",
    pages: 3,
    needs: [],
    resume: { session: "s1", page: "policies", stepsDone: 2, steps: 9 },
    problems: 0,
  },
  {
    name: "network-policies",
    title: "Network Policies",
    description: "Deny all traffic in a namespace, then allow what an application needs.",
    minutes: 45,
    level: "intermediate",
    pages: 6,
    needs: ["containers"],
    unavailable: "this server's cluster runs no containers; start it with --kubeconfig of one that does.",
    problems: 0,
  },
  {
    name: "quotas",
    title: "Quotas and Limits",
    description: "Keep one team from taking the whole cluster.",
    minutes: 20,
    level: "advanced",
    pages: 4,
    needs: [],
    problems: 2,
  },
];

/** An active session that ends in `minutes`. */
export function sampleSession(minutes = 48, change: Partial<SessionView> = {}): SessionView {
  return {
    id: "s1",
    lab: "image-policies",
    labVersion: "1",
    title: "Image Registry Policies",
    phase: "Active",
    provisioning: [],
    namespace: NAMESPACE,
    organization: NAMESPACE,
    pages: [
      { name: "intro", title: "Before you begin", steps: [] },
      {
        name: "policies",
        title: "Image Registry Policies",
        steps: ["1", "2", "3", "4", "5", "6", "7", "9", "11"],
      },
      { name: "summary", title: "What you have learned", steps: ["0"] },
    ],
    currentPage: "policies",
    layout: "default",
    terminals: ["1"],
    dashboards: [{ name: "Console" }],
    createdAt: new Date().toISOString(),
    expiresAt: new Date(Date.now() + minutes * MINUTE_MS).toISOString(),
    canExtend: true,
    extensionMinutes: 12,
    linkRevision: 1,
    hasHelpers: false,
    recording: "until-its-end",
    minutes: 60,
    results: sampleResults,
    ...change,
  };
}

const defaults = { terminals: [], inline: false, checks: [], expectsFailure: false };

function execute(number: number, text: string, change: Partial<ActionView> = {}): ActionView {
  return {
    ...defaults,
    step: String(number),
    number,
    action: "execute-1",
    kind: "execute",
    title: "Run in terminal 1",
    text,
    terminals: ["1"],
    ...change,
  };
}

const KUBECTL = "kubectl --kubeconfig=.kube/config";
const actions: ActionView[] = [
  {
    ...defaults,
    step: "0",
    number: 0,
    action: "copy",
    kind: "copy",
    title: "Copy",
    text: "no-busybox-image-policy",
    inline: true,
  },
  execute(1, `${KUBECTL} get ns ${NAMESPACE}`),
  execute(
    2,
    `tmc cluster namespace attach --kubeconfig=.kube/config -n ${NAMESPACE} -k tko-day1-ops-ws -c ${NAMESPACE}-cluster`,
  ),
  execute(3, `${KUBECTL} create deployment busybox-${NAMESPACE} --image=busybox -n ${NAMESPACE}`, {
    checks: [`Deployment busybox-${NAMESPACE} exists, none of its pods do`],
  }),
  execute(4, `${KUBECTL} run web --image=busybox -n ${NAMESPACE}`, { expectsFailure: true }),
  execute(5, `${KUBECTL} get pods --watch -n ${NAMESPACE}`),
  execute(6, `${KUBECTL} delete deployment busybox-${NAMESPACE} -n ${NAMESPACE}`),
  execute(7, "ssh bastion"),
  {
    ...defaults,
    step: "8",
    number: 8,
    action: "section:begin",
    kind: "section-begin",
    title: "If the deployment does progress",
    section: { name: "*", open: false },
  },
  execute(9, `${KUBECTL} get events --field-selector type=Warning -n ${NAMESPACE}`),
  {
    ...defaults,
    step: "10",
    number: 10,
    action: "section:end",
    kind: "section-end",
    title: "",
    section: { name: "*", open: false },
  },
  {
    ...defaults,
    step: "11",
    number: 11,
    action: "manual",
    kind: "manual",
    title: "Create the policy in the console",
    text: "Choose Custom, type busybox as the image name, and click Create Policy.",
    checks: ["Workspace tko-day1-ops-ws has a policy that refuses busybox"],
  },
  {
    ...defaults,
    step: "12",
    number: 12,
    action: "dashboard:open-dashboard",
    kind: "open-dashboard",
    title: "Open the Console",
    dashboard: "Console",
  },
  {
    ...defaults,
    step: "13",
    number: 13,
    action: "editor:execute-command",
    kind: "problem",
    title: "",
    problem: "The action editor:execute-command of Educates is not supported by Lectern yet.",
    text: "file: ~/policy.yaml",
  },
];

const sampleResults: StepResult[] = [
  {
    page: "policies",
    step: "1",
    number: 1,
    state: "succeeded",
    durationMs: 412,
    exitStatus: 0,
    output: `NAME       STATUS   AGE\n${NAMESPACE}   Active   5m`,
    checks: [],
  },
  {
    page: "policies",
    step: "2",
    number: 2,
    state: "running",
    startedAt: new Date(Date.now() - 3400).toISOString(),
    checks: [],
  },
  {
    page: "policies",
    step: "3",
    number: 3,
    state: "succeeded",
    durationMs: 1210,
    exitStatus: 0,
    checks: [
      {
        text: `Deployment busybox-${NAMESPACE} exists, none of its pods do`,
        state: "waiting",
        detail: "The deployment exists; its ReplicaSet has not tried yet.",
      },
    ],
  },
  {
    page: "policies",
    step: "4",
    number: 4,
    state: "expected-failure",
    durationMs: 640,
    exitStatus: 1,
    output: `Error from server (Forbidden): pods "web" is forbidden: ValidatingAdmissionPolicy 'lectern-image-policy' with binding 'lectern-image-policy' denied request: [no-busybox-image-policy] container <web> image <busybox>: images named busybox (in any repository) are blocked`,
    checks: [],
  },
  { page: "policies", step: "5", number: 5, state: "queued", checks: [] },
  {
    page: "policies",
    step: "6",
    number: 6,
    state: "failed",
    durationMs: 380,
    exitStatus: 1,
    output: `Error from server (NotFound): deployments.apps "busybox-${NAMESPACE}" not found\n`,
    message: "The command ended with status 1; 0 was expected.",
    checks: [],
  },
  {
    page: "policies",
    step: "7",
    number: 7,
    state: "unknown",
    message: "The shell inside another shell does not say when a command ends. Look at the terminal.",
    checks: [],
  },
];

const html = `
<p>Each namespace and workspace can be protected by an <strong>image registry policy</strong> that defines the registries from which an image can be pulled, and these policies are inherited down through the organizational hierarchy.</p>
<ul><li>Do not allow images from certain image registries</li><li>Prevent container images with no digest from deploying</li></ul>
<h3>Create a custom policy</h3>
<p>Give it the name <code>no-busybox-image-policy</code> <span data-step="0"></span> and type <em>busybox</em> in the <em>Image Name</em> field. More in the <a href="https://kubernetes.io/docs/">documentation</a>.</p>
<div data-step="11"></div>
<div data-step="12"></div>
<p>Make sure the namespace <em>${NAMESPACE}</em> exists on the cluster:</p>
<div data-step="1"></div>
<p>Attach the namespace to the workspace:</p>
<div data-step="2"></div>
<p>Create a deployment with the image busybox:</p>
<div data-step="3"></div>
<p>A pod is refused at once:</p>
<div data-step="4"></div>
<div data-step="5"></div>
<p>Delete the deployment:</p>
<div data-step="6"></div>
<div data-step="7"></div>
<div data-step="8"></div>
<p>Look at the warnings of the namespace.</p>
<div data-step="9"></div>
<div data-step="10"></div>
<div data-step="13"></div>
<table><thead><tr><th>Template</th><th>Refuses</th></tr></thead><tbody><tr><td>Require Digest</td><td>images without a digest</td></tr><tr><td>Block Latest Tag</td><td>images with the tag latest or none</td></tr></tbody></table>
<pre><code>apiVersion: v1
kind: Namespace</code></pre>`;

export const samplePages: Record<string, PageView> = {
  intro: {
    name: "intro",
    title: "Before you begin",
    html: "<p>You have a namespace of your own.</p>",
    actions: [],
    problems: [],
    next: { name: "policies", title: "Image Registry Policies" },
  },
  policies: {
    name: "policies",
    title: "Image Registry Policies",
    html,
    actions,
    problems: [{ line: 42, message: "editor:execute-command of Educates is not supported by Lectern yet." }],
    previous: { name: "intro", title: "Before you begin" },
    next: { name: "summary", title: "What you have learned" },
  },
  summary: {
    name: "summary",
    title: "What you have learned",
    html: '<p>Clean up.</p><div data-step="0"></div>',
    actions: [execute(0, `${KUBECTL} get all -n ${NAMESPACE}`)],
    problems: [],
    previous: { name: "policies", title: "Image Registry Policies" },
  },
};
