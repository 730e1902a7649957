import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { KubectlFixture } from "./kubectl-for-tests.js";
import { CHOSEN_KUBECTL, findKubectl, startKubectlFixture } from "./kubectl-for-tests.js";

const DEPLOYMENT = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {app: web}}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - name: nginx
        image: nginx:1.27
        ports: [{containerPort: 80}]
        resources: {limits: {cpu: 500m, memory: 64Mi}}
      - {name: side, image: "busybox:1.36"}
`;

function ownedMap(value: string): string {
  return `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: owned}\ndata: {a: "${value}"}\n`;
}

const kubectl = process.env[CHOSEN_KUBECTL] ?? findKubectl("1.33") ?? findKubectl();
if (kubectl === undefined) process.stdout.write("skipping the kubectl tests: there is no kubectl on PATH\n");

describe.skipIf(kubectl === undefined)("kubectl against the embedded cluster", () => {
  let fixture: KubectlFixture;
  const ok = async (args: string, input?: string): Promise<string> => {
    const { code, stdout, stderr } = await fixture.run(args.split(" "), input);
    expect({ args, code, stderr: code === 0 ? "" : stderr }).toEqual({ args, code: 0, stderr: "" });
    return stdout.trim();
  };
  const fails = async (args: string, input?: string): Promise<string> => {
    const { code, stderr } = await fixture.run(args.split(" "), input);
    expect({ args, failed: code !== 0 }).toEqual({ args, failed: true });
    return stderr.trim();
  };

  beforeAll(async () => {
    fixture = await startKubectlFixture(kubectl ?? "");
    await ok("create namespace lab");
  });
  afterAll(() => fixture.close());

  it("creates what it sends as protobuf and reads it back", async () => {
    expect(await ok("create configmap settings -n lab --from-literal=a=b")).toBe(
      "configmap/settings created",
    );
    expect(await ok("get configmap settings -n lab -o jsonpath={.data.a}")).toBe("b");
    expect(await ok("create secret generic key -n lab --from-literal=p=q")).toBe("secret/key created");
    expect(await ok("get secret key -n lab -o jsonpath={.data.p}")).toBe("cQ==");
    expect(await ok("create deployment proto -n lab --image=nginx --replicas=0")).toContain("created");
    expect(await ok("get deployment proto -n lab -o jsonpath={.spec.replicas}")).toBe("0");
    expect(await ok("create ingress site -n lab --rule=a.b/x=web:80")).toContain("created");
    expect(
      await ok(
        "get ingress site -n lab -o jsonpath={.spec.rules[0].http.paths[0].backend.service.port.number}",
      ),
    ).toBe("80");
  });

  it("says unchanged when the same manifest is applied twice", async () => {
    expect(await ok("apply -n lab -f -", DEPLOYMENT)).toBe("deployment.apps/web created");
    expect(await ok("apply -n lab -f -", DEPLOYMENT)).toBe("deployment.apps/web unchanged");
  });

  it("keeps the other container when one is changed by apply", async () => {
    expect(await ok("apply -n lab -f -", DEPLOYMENT.replace("nginx:1.27", "nginx:1.28"))).toContain(
      "configured",
    );
    const images = await ok(
      "get deployment web -n lab -o jsonpath={.spec.template.spec.containers[*].image}",
    );
    expect(images).toBe("nginx:1.28 busybox:1.36");
  });

  it("shows no difference after apply, and one after an edit of the manifest", async () => {
    await ok("apply -n lab -f -", DEPLOYMENT);
    expect((await fixture.run(["diff", "-n", "lab", "-f", "-"], DEPLOYMENT)).code).toBe(0);
    const edited = DEPLOYMENT.replace("replicas: 2", "replicas: 3");
    const { code, stdout } = await fixture.run(["diff", "-n", "lab", "-f", "-"], edited);
    expect([code, stdout.includes("+  replicas: 3")]).toEqual([1, true]);
  });

  it("changes nothing in a dry run on the server, not even by delete", async () => {
    const before = await ok("get configmap,secret,ingress -n lab -o yaml");
    await ok("create configmap dry -n lab --dry-run=server");
    await ok("delete configmap settings -n lab --dry-run=server");
    await ok("delete deployment proto -n lab --dry-run=server");
    await ok("scale deployment proto -n lab --replicas=5 --dry-run=server");
    await ok("label configmap settings -n lab x=y --dry-run=server");
    await ok("delete namespace lab --dry-run=server");
    expect(await ok("get configmap,secret,ingress -n lab -o yaml")).toBe(before);
    expect(await ok("get namespace lab -o jsonpath={.status.phase}")).toBe("Active");
    expect(await ok("get deployment proto -n lab -o jsonpath={.spec.replicas}")).toBe("0");
  });

  it("labels, annotates, patches and scales", async () => {
    await ok("label configmap settings -n lab tier=front");
    await ok("annotate configmap settings -n lab note=x");
    expect(await ok("get configmap -n lab -l tier=front -o name")).toBe("configmap/settings");
    await ok("label configmap settings -n lab tier-");
    expect(await ok("get configmap -n lab -l tier=front -o name")).toBe("");
    const json = '[{"op":"replace","path":"/data/a","value":"c"}]';
    const patched = await fixture.run([
      "patch",
      "configmap",
      "settings",
      "-n",
      "lab",
      "--type=json",
      "-p",
      json,
    ]);
    expect(patched.stdout).toContain("patched");
    expect(await ok("get configmap settings -n lab -o jsonpath={.data.a}")).toBe("c");
    expect(await ok("scale deployment proto -n lab --replicas=1")).toContain("scaled");
    expect(await ok("get deployment proto -n lab -o jsonpath={.spec.replicas}")).toBe("1");
  });

  it("waits for and restarts a rollout", async () => {
    await ok("wait --for=condition=Available deployment/web -n lab --timeout=60s");
    expect(await ok("rollout restart deployment/web -n lab")).toContain("restarted");
    expect(await ok("rollout status deployment/web -n lab --timeout=12s")).toContain(
      "successfully rolled out",
    );
    expect(await ok("get deployment web -n lab")).toMatch(
      /^NAME +READY +UP-TO-DATE +AVAILABLE +AGE\nweb +2\/2 +2 +2/,
    );
  });

  it("streams changes to get -w as rows of a table", async () => {
    const watch = fixture.start(["get", "configmap", "-n", "lab", "-w"]);
    let output = "";
    watch.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
    const seen = (text: string): Promise<void> =>
      expect.poll(() => output, { timeout: 60_000, interval: 50 }).toContain(text);
    await seen("settings");
    await ok("create configmap seen -n lab --from-literal=a=1 --from-literal=b=2");
    await expect.poll(() => output).toMatch(/seen +2 +/);
    watch.kill();
  });

  it("explains fields and lists resources", async () => {
    expect(await ok("explain deployment.spec.strategy")).toMatch(/FIELD: strategy <DeploymentStrategy>/);
    expect(await ok("explain pod.spec.containers.image")).toMatch(/[Cc]ontainer image name/);
    const resources = await ok("api-resources --no-headers");
    expect(resources).toMatch(/deployments +deploy +apps\/v1 +true +Deployment/);
  });

  it("refuses in the words of Kubernetes", async () => {
    expect(await fails("get pod nope -n lab")).toBe('Error from server (NotFound): pods "nope" not found');
    expect(await fails("create namespace lab")).toBe(
      'Error from server (AlreadyExists): namespaces "lab" already exists',
    );
    expect(await fails("create -n lab -f -", DEPLOYMENT.replace("replicas:", "replicsa:"))).toContain(
      'Deployment in version "v1" cannot be handled as a Deployment: strict decoding error: unknown field "spec.replicsa"',
    );
    expect(await fails("create namespace Lab")).toContain("a lowercase RFC 1123 label must consist of");
    const other = DEPLOYMENT.replace("matchLabels: {app: web}", "matchLabels: {app: x}");
    expect(await fails("apply -n lab -f -", other)).toContain("spec.selector: Invalid value:");
    expect(await fails("logs deployment/web -n lab")).toContain("the embedded cluster runs no containers");
    expect(await fails("exec deployment/web -n lab -c nope -- ls")).toMatch(
      /^Error from server \(BadRequest\): container nope is not valid for pod web-/,
    );
  });

  it("reports conflicts of server-side apply by owner, and takes fields by force", async () => {
    await ok("apply -n lab --server-side --field-manager=one -f -", ownedMap("1"));
    const refused = await fails("apply -n lab --server-side --field-manager=two -f -", ownedMap("2"));
    expect(refused).toContain('Apply failed with 1 conflict: conflict with "one": .data.a');
    await ok("apply -n lab --server-side --field-manager=two --force-conflicts -f -", ownedMap("2"));
    expect(await ok("get configmap owned -n lab -o jsonpath={.data.a}")).toBe("2");
  });

  it("deletes a namespace with everything in it", async () => {
    await ok("delete namespace lab --timeout=14s");
    expect(await fails("get namespace lab")).toContain('namespaces "lab" not found');
  });
});
