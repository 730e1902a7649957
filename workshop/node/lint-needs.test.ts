import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fidelityReport } from "../common/fidelity-report.js";
import type { Lab } from "../common/lab.js";
import { fixOldKubernetes } from "./fix-old-kubernetes.js";
import { programsIn } from "./lint-programs.js";
import { loadLab } from "./load-lab.js";
import { writeFiles } from "./write-files-for-tests.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "lectern-needs-"));
});
afterEach(() => rm(folder, { recursive: true }));

const INGRESS = "apiVersion: extensions/v1beta1\nkind: Ingress\nmetadata: {name: web}\n";
const OLD = {
  "files/web/ingress.yaml": `# the way in\n${INGRESS}`,
  "files/web/job.yaml": "apiVersion: batch/v1beta1 # old\nkind: CronJob\nmetadata: {name: j}\n",
  "files/go.sh": "#!/bin/sh\nkubectl get pods --export\n",
};

describe("what was written for an old Kubernetes", () => {
  it("is told by its place, and of the block that hands it over", async () => {
    const page = [
      ...block("kubectl apply -f web/"),
      ...block("kubectl get pods"),
      ...block("kubectl exec $POD env"),
      ...block(`cat <<EOF | kubectl apply -f -\n${INGRESS}EOF`),
      ...block("kubectl run a --image=nginx:1.27 --replicas=2", " exit=nonzero"),
      "```yaml",
      "apiVersion: apps/v1beta1",
      "kind: Deployment",
      "```",
    ].join("\n");
    const lab = await labOf({ "pages/a.md": page, ...OLD });
    const said = lab.problems.map(({ file, line, message }) => `${file}:${line} ${message.slice(0, 60)}`);
    expect(said).toEqual([
      "files/go.sh:2 `kubectl get` refuses --export: it is gone since 1.18",
      "files/web/ingress.yaml:2 Ingress of extensions/v1beta1 is gone since Kubernetes 1.22,",
      "files/web/job.yaml:1 CronJob of batch/v1beta1 is gone since Kubernetes 1.25, and ",
      "pages/a.md:1 The command hands over files/web/ingress.yaml, in which Kube",
      "pages/a.md:1 The command hands over files/web/job.yaml, in which Kubernet",
      "pages/a.md:9 `kubectl exec` takes a command behind `--` only since 1.31, ",
      "pages/a.md:15 Ingress of extensions/v1beta1 is gone since Kubernetes 1.22,",
      "pages/a.md:26 Deployment of apps/v1beta1 is gone since Kubernetes 1.16, an",
    ]);
    expect(lab.problems.every(({ fidelity, fix }) => fidelity === "lacking" && fix !== "")).toBe(true);
    expect(fidelityReport(lab).blocks).toEqual({ works: 2, approximated: 0, lacking: 3, wrong: 0 });
  });

  it("is told of blocks that ask for the Deployment of a pod, but not where a manifest makes it", async () => {
    const page = ["a", "b"].flatMap((name) => [
      ...block(`kubectl run ${name} --image=nginx:1.27`),
      ...block(`kubectl expose deployment/${name} --port=80`),
    ]);
    const files = { "files/b.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: b\n" };
    const { problems } = await labOf({ "pages/a.md": page.join("\n"), ...files });
    expect(problems.map(told)).toEqual([
      "pages/a.md:5 The command asks for a Deployment a, and since 1.18 `kubectl run a` makes one pod",
    ]);
  });

  it("is no session's where the lab lists it among the objects", async () => {
    const lab = await labOf({
      "pages/a.md": "a",
      "workshop.yaml":
        "title: T\nobjects: [{apiVersion: batch/v1beta1, kind: CronJob, metadata: {name: a}}]\n",
    });
    expect(fidelityReport(lab).session).toMatchObject({
      canBeMade: false,
      why: [expect.stringContaining("CronJob of batch/v1beta1 is gone since Kubernetes 1.25")],
    });
  });

  it("is written anew where that is the same, and nothing else is touched", async () => {
    const page = `Type \`kubectl exec web env\` or\n\n${block("kubectl exec -it $POD -c a \\\n  bash").join("\n")}${block("kubectl exec web ls # x").join("\n")}`;
    const lab = await labOf({ "pages/a.md": page, ...OLD });
    const fixed = await fixOldKubernetes(lab);
    expect(fixed.map(({ file, line, after }) => `${file}:${line} ${after}`)).toEqual([
      "files/web/job.yaml:1 apiVersion: batch/v1 # old",
      "pages/a.md:5   -- bash",
      "pages/a.md:8 kubectl exec web -- ls # x",
    ]);
    expect(await readFile(join(folder, "files/web/ingress.yaml"), "utf8")).toBe(
      OLD["files/web/ingress.yaml"],
    );
    const again = await loadLab(folder, { hasProgram });
    expect(await fixOldKubernetes(again)).toEqual([]);
    expect(again.problems.map(({ file, line }) => `${file}:${line}`)).toEqual([
      "files/go.sh:2",
      "files/web/ingress.yaml:2",
    ]);
  });

  it("is put right in commands alone, each with all its lines, whatever looks like one beside them", async () => {
    const page = [
      "Once `kubectl exec web ls` was enough, today it is `kubectl exec web ls`{{copy}}.",
      ...block("# kubectl exec web ls\necho 'kubectl exec web ls'\nkubectl exec web ls; kubectl exec web id"),
      ...block("cat <<EOF >x.sh\nkubectl exec web ls\nEOF\nkubectl exec web pwd"),
      ...block("kubectl exec web ls -n other\nkubectl exec $OPTIONS web\nkubectl exec $POD sh -c 'ls -l'"),
      ...block("kubectl exec web ls", " exit=nonzero"),
      ...'```terminal:execute\ncommand: "kubectl exec web ls"\n```\n'.split("\n"),
      ..."```terminal:execute\ncommand: |\n  kubectl get pods\n  kubectl exec web ls\nsession: 1\n```".split(
        "\n",
      ),
    ].join("\r\n");
    await labOf({
      "pages/a.md": page,
      "files/a.sh": "# kubectl exec web ls\nx && kubectl exec web \\\n  ls\n",
    });
    const fixed = await fixOldKubernetes(await loadLab(folder, { hasProgram }));
    expect(fixed.map(({ file, line, after }) => `${file}:${line} ${after.trim()}`)).toEqual([
      "files/a.sh:3 -- ls",
      "pages/a.md:1 Once `kubectl exec web ls` was enough, today it is `kubectl exec web -- ls`{{copy}}.",
      "pages/a.md:5 kubectl exec web -- ls; kubectl exec web -- id",
      "pages/a.md:12 kubectl exec web -- pwd",
      "pages/a.md:18 kubectl exec $POD -- sh -c 'ls -l'",
      'pages/a.md:26 command: "kubectl exec web -- ls"',
      "pages/a.md:32 kubectl exec web -- ls",
    ]);
    const after = await readFile(join(folder, "pages/a.md"), "utf8");
    expect(after.replaceAll("-- ", "")).toBe(page);
  });

  it("stays where the lab means it: what is to fail, what is read, what it speaks of, and what is no UTF-8", async () => {
    const job = "apiVersion: batch/v1beta1\nkind: CronJob\nmetadata: {name: j}\n";
    const hpa = "apiVersion: autoscaling/v2beta2\nkind: HorizontalPodAutoscaler\nmetadata: {name: h}\n";
    const role = "apiVersion: rbac.authorization.k8s.io/v1beta1\nkind: Role\nmetadata: {name: r}\n";
    const files = {
      "files/refused.yaml": hpa,
      "files/spoken.yaml": job,
      "files/shown.yaml": `---\n${role}---\n${role.replace("Role", "RoleBinding")}`,
      "files/chart.yaml": `{{- if .Values.old }}\n${role.replace("\n", "\n{{- else }}\napiVersion: rbac.authorization.k8s.io/v1\n{{- end }}\n")}`,
      "pages/a.md": [
        ...block("kubectl apply -f refused.yaml", " exit=1"),
        ...block("sed -i 's#batch/v1beta1#batch/v1#' spoken.yaml"),
        ...block(`kubectl apply -f - <<EOF\n${hpa}EOF`, " exit=nonzero"),
        `\`\`\`yaml\n${role}\`\`\`\n`,
        `\`\`\`diff\n-${role.replace("\n", "\n+apiVersion: rbac.authorization.k8s.io/v1\n ")}\`\`\``,
      ].join("\n"),
    };
    const lab = await labOf(files);
    await writeFile(join(folder, "files/latin.yaml"), Buffer.from(`# \xe9\n${role}`, "latin1"));
    const fixed = await fixOldKubernetes(await loadLab(folder, { hasProgram }));
    expect(fixed.map(({ file, line }) => `${file}:${line}`)).toEqual([
      "files/shown.yaml:2",
      "files/shown.yaml:6",
    ]);
    expect(lab.problems.map(({ file, line }) => `${file}:${line}`)).toEqual([
      "files/refused.yaml:1",
      "files/shown.yaml:2",
      "files/shown.yaml:6",
      "files/spoken.yaml:1",
      "pages/a.md:18",
    ]);
  });
});

describe("images that nobody plays", () => {
  const page = [
    ...block("kubectl create deployment a --image=example.org/mine:1"),
    ...block("kubectl run b --image nginx:1.27 && kubectl run c --image=$IMAGE"),
    ...block("kubectl apply -f pod.yaml"),
  ];
  const pod =
    "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - image: example.org/other:2\n  - image: example.org/mine:1\n";

  it("are told once each where a block needs their containers", async () => {
    const text = [...page, ...block("kubectl logs -f deploy/a")].join("\n");
    const { problems } = await labOf({
      "pages/a.md": text,
      "files/pod.yaml": pod,
      "files/compose.yaml": "services:\n  web:\n    image: example.org/composed:1\n",
    });
    expect(problems.map(({ rule, file, line }) => `${rule} ${file}:${line}`)).toEqual([
      "unplayed-image files/pod.yaml:5",
      "unplayed-image pages/a.md:1",
    ]);
    expect(problems[1]?.message).toMatch(/^No image is known here for example\.org\/mine:1:/);
  });

  it("are nothing to speak of where no block needs them", async () => {
    expect((await labOf({ "pages/a.md": page.join("\n"), "files/pod.yaml": pod })).problems).toEqual([]);
  });

  it("are told in a cluster of one's own as well, whose pods run by the same images", async () => {
    const text = [...page, ...block("kubectl -n web exec -it a -- sh"), ...block("curl http://a.web.svc:80")];
    const { problems } = await labOf({
      "pages/a.md": text.join("\n"),
      "workshop.yaml": "title: T\ncluster: own\n",
    });
    expect(problems.map(({ rule, line, fidelity }) => `${rule} ${line} ${fidelity}`)).toEqual([
      "unplayed-image 1 lacking",
    ]);
  });
});

describe("Services that a session's quota has none of", () => {
  const page = [
    ...block("kubectl expose deploy/a --port=80 --type=LoadBalancer"),
    ...block("kubectl create service nodeport a --tcp=80"),
    ...block("cat <<EOF | kubectl apply -f -\nkind: Service\nspec: {ports: [], type: NodePort}\nEOF"),
    ...block("kubectl expose deploy/b --port=80 --type NodePort", " exit=nonzero"),
    ...block("kubectl expose deploy/c --port=80 # type: ClusterIP"),
  ].join("\n");
  const files = {
    "pages/a.md": page,
    "files/lb.yaml": "kind: Service\n# type: NodePort\nspec:\n  type: LoadBalancer\n",
    "files/lb.json": '{"kind": "Service",\n"spec": {"type": "NodePort"}}\n',
  };

  it("are told of manifests and commands, but not of those that are to fail", async () => {
    const { problems } = await labOf(files);
    expect(
      problems.map(({ rule, file, line, message }) => `${rule} ${file}:${line} ${message.slice(0, 35)}`),
    ).toEqual([
      "refused-service files/lb.json:2 A Service of type NodePort is refus",
      "refused-service files/lb.yaml:4 A Service of type LoadBalancer is r",
      "refused-service pages/a.md:1 A Service of type LoadBalancer is r",
      "refused-service pages/a.md:5 A Service of type NodePort is refus",
      "refused-service pages/a.md:9 A Service of type NodePort is refus",
    ]);
  });

  it("are nothing to speak of in a cluster of the session's own", async () => {
    expect((await labOf({ ...files, "workshop.yaml": "title: T\ncluster: own\n" })).problems).toEqual([]);
  });
});

describe("programs that shells do not have", () => {
  it("are told of each block and program that calls them, but not of what runs elsewhere", async () => {
    const text = [
      ...block("ytt -f . | kapp deploy -a x -f -"),
      ...block("sudo apt-get install jq"),
      ...block("echo docker run; helm() { true; }; helm list"),
      ...block("kubectl exec -it web -- bash"),
      ...block("apt-get update"),
      ...block("exit"),
      ...block("docker ps", " exit=nonzero"),
    ].join("\n");
    const lab = await labOf({ "pages/a.md": text, "files/make.sh": "\nbash -c x\ngo build\n" });
    expect(lab.problems.filter(({ rule }) => rule === "missing-program").map(told)).toEqual([
      "files/make.sh:3 The command calls `go`, which this machine does not have",
      "pages/a.md:1 The command calls `ytt`, which this machine does not have",
      "pages/a.md:1 The command calls `kapp`, which this machine does not have",
      "pages/a.md:5 The command calls `apt-get`, which needs root, and learners have an account",
    ]);
  });

  it("are those that no folder of the search path holds", async () => {
    await writeFiles(folder, { "bin/helm": "", "bin/oc": "" });
    await chmod(join(folder, "bin/helm"), 0o755);
    const has = programsIn(`/nowhere:${join(folder, "bin")}`);
    expect([await has("helm"), await has("oc"), await has("ytt")]).toEqual([true, false, false]);
  });
});

function told({ file, line, message }: Lab["problems"][number]): string {
  return `${file}:${line} ${message}`;
}

/** Four lines of a page: a block and an empty one. */
function block(command: string, info = ""): string[] {
  return ["```execute" + info, command, "```", ""];
}

const hasProgram = (): Promise<boolean> => Promise.resolve(false);

async function labOf(files: Record<string, string>): Promise<Lab> {
  await writeFiles(folder, { "workshop.yaml": "title: T\nlayout: default\n", ...files });
  return loadLab(folder, { hasProgram });
}
