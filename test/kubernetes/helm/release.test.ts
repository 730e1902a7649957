import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { BrowserSession } from "../../server/browser-session.js";
import { runCli, startLectern, temporaryFolder, until, writeLab } from "../../server/lectern-process.js";
import { skipWithoutControlPlane } from "../control-plane/requirements.js";
import { runProgram } from "../control-plane/run-program.js";
import { startControlPlane } from "../control-plane/start-control-plane.js";
import type { ControlPlane } from "../control-plane/start-control-plane.js";
import { Helm, chart, setting } from "./helm.js";
import type { RenderedObject } from "./helm.js";

const NAMESPACE = "lectern";
const url = "publicUrl=https://labs.example.org";
const shared = [url, "replicas=3", "database.secretName=lectern-database"];
/** Everything that can be switched on and that a bare cluster knows. */
const everything = [
  ...shared,
  "metrics.dashboard.enabled=true",
  "ingress.tlsSecretName=labs-certificate",
  "labs.images[0].name=mine",
  "labs.images[0].reference=registry.example.org/labs:1",
  "labs.authoritiesConfigMap=kube-root-ca.crt",
  "registriesSecretName=registries",
  "networkPolicy.from[0].ipBlock.cidr=10.0.0.0/8",
  "networkPolicy.egress[0].ports[0].port=5000",
  "imagePullSecrets[0]=registry",
  "shells.imagePullSecrets[0]=registry",
  "ingressDomain=apps.example.org",
  "ingress.domainTlsSecretName=apps-certificate",
  "tolerations[0].operator=Exists",
  "priorityClassName=system-cluster-critical",
];

describe.skipIf(skipWithoutControlPlane("the chart on a real control plane"))(
  "the chart on a real control plane",
  () => {
    const folder = temporaryFolder();
    let cluster: ControlPlane;
    let helm: Helm;
    const kubectl = (...words: string[]) =>
      runProgram(cluster.kubectl, ["--kubeconfig", cluster.kubeconfig, ...words]);
    const place = () => ["--namespace", NAMESPACE, "--kubeconfig", cluster.kubeconfig];
    const secret = async () =>
      (
        await kubectl("get", "secret", "lectern-instructor", "-n", NAMESPACE, "-o", "jsonpath={.data.token}")
      ).trim();
    const asServer = (...words: string[]) =>
      kubectl("--as", `system:serviceaccount:${NAMESPACE}:lectern`, ...words);
    beforeAll(async () => {
      [cluster, helm] = await Promise.all([startControlPlane(), Helm.open("helm3")]);
    });
    afterAll(async () => {
      helm?.close();
      await cluster?.stop();
      folder.remove();
    });

    it.each([[[url]], [everything]])("is made of objects the API server takes, for %j", async (values) => {
      const objects = await helm.render(values, "--namespace", "default");
      const file = join(folder.path, "objects.yaml");
      // A namespace of a dry run is not there for what is to be in it.
      await kubectl("create", "namespace", "lectern-shells").catch(() => undefined);
      writeFileSync(file, objects.map((object) => stringify(object)).join("---\n"));
      const told = await kubectl(
        "apply",
        "--dry-run=server",
        "--validate=strict",
        "--output",
        "name",
        "--filename",
        file,
      );
      expect(told.trim().split("\n").length).toBe(objects.length);
      await kubectl("delete", "namespace", "lectern-shells");
    });

    it("watches its servers by a ServiceMonitor that reads the token from the Secret", async () => {
      const objects = await helm.render(
        [url, "metrics.serviceMonitor.enabled=true"],
        "--api-versions",
        "monitoring.coreos.com/v1",
      );
      const monitor = objects.find(({ kind }) => kind === "ServiceMonitor") as RenderedObject;
      expect(monitor["spec"]).toMatchObject({
        endpoints: [
          {
            port: "http",
            path: "/metrics",
            authorization: { credentials: { name: "lectern-instructor", key: "token" } },
          },
        ],
      });
    });

    describe.each(["helm3", "helm4"] as const)("handled by %s", (line) => {
      let current: Helm;
      let notes: string;
      let before: string[];
      beforeAll(async () => {
        current = await Helm.open(line);
        before = await clusterObjects();
        notes = await release("install", shared);
      });
      afterAll(() => current?.close());
      const release = (verb: "install" | "upgrade", values: readonly string[]) =>
        current.succeed(
          verb,
          "lectern",
          chart,
          ...place(),
          ...setting(values),
          "--wait",
          "--timeout",
          "90s",
          ...(verb === "install" ? ["--create-namespace"] : []),
        );

      it("runs the servers it was asked for, one of which may be missing at a time", async () => {
        const ready = await kubectl(
          "get",
          "deployment",
          "lectern",
          "-n",
          NAMESPACE,
          "-o",
          "jsonpath={.status.readyReplicas}",
        );
        expect(ready).toBe("3");
        const allowed = "jsonpath={.status.disruptionsAllowed}";
        await until("a disruption is allowed", 60_000, async () =>
          (await kubectl("get", "pdb", "lectern", "-n", NAMESPACE, "-o", allowed)) === "1" ? true : undefined,
        );
        const labels = await kubectl(
          "get",
          "namespace",
          "lectern-shells",
          "-o",
          "jsonpath={.metadata.labels}",
        );
        expect(labels).toContain('"pod-security.kubernetes.io/enforce":"restricted"');
      });

      it("tells what to open, and how to get the token without printing it", async () => {
        const token = Buffer.from(await secret(), "base64").toString();
        expect(notes).toContain("https://labs.example.org/instructor");
        expect(notes).not.toContain(token);
        const command = /^ {2}kubectl (get secret .*)$/m.exec(notes)?.[1] ?? "";
        const words = (command.match(/(?:[^\s']|'[^']*')+/g) ?? []).map((word) => word.replaceAll("'", ""));
        expect(await kubectl(...words)).toBe(token);
      });

      it("keeps the token when it is upgraded, and adds no server beyond the one that comes", async () => {
        const first = await secret();
        await release("upgrade", [...shared, "logLevel=debug", "maxSessions=300"]);
        expect(await secret()).toBe(first);
        const spec = await kubectl("get", "deployment", "lectern", "-n", NAMESPACE, "-o", "json");
        expect(JSON.parse(spec)).toMatchObject({
          spec: { strategy: { rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } } },
        });
      });

      it("refuses at an upgrade what it refuses at an installation, and changes nothing", async () => {
        const { status, complaint } = await current.run(
          "upgrade",
          "lectern",
          chart,
          ...place(),
          ...setting([url, "replicaCount=2"]),
        );
        expect([status, complaint]).toEqual([1, expect.stringContaining("replicaCount")]);
        const replicas = await kubectl(
          "get",
          "deployment",
          "lectern",
          "-n",
          NAMESPACE,
          "-o",
          "jsonpath={.spec.replicas}",
        );
        expect(replicas).toBe("3");
      });

      it("leaves nothing but its namespace", async () => {
        // kwok plays that the hooks' programs end well; what they do is looked at below.
        await current.succeed("uninstall", "lectern", ...place(), "--wait", "--timeout", "90s");
        await until("only the namespace is left", 60_000, async () => {
          const left = (await clusterObjects()).filter((name) => !before.includes(name));
          return left.length === 1 && left[0] === `namespace/${NAMESPACE}` ? true : undefined;
        });
        const kinds = "all,secrets,ingresses,pvc,networkpolicies,pdb";
        await until("nothing is left in it", 60_000, async () =>
          (await kubectl("get", kinds, "-n", NAMESPACE, "-o", "name")) === "" ? true : undefined,
        );
        await kubectl("delete", "namespace", NAMESPACE);
      });
    });

    describe("the servers' account", () => {
      const data = join(folder.path, "data");
      let kubeconfig: string;
      beforeAll(async () => {
        await helm.succeed(
          "install",
          "lectern",
          chart,
          "--create-namespace",
          ...place(),
          ...setting([...shared, "replicas=1"]),
        );
        await kubectl("create", "namespace", "others");
        kubeconfig = await accountFiles("lectern", "lectern-cluster");
      });

      it("is enough for a session from its start to its end, by the kubeconfig the pods have", async () => {
        const lab = writeLab(folder.path);
        const lectern = await startLectern(data, ["--lab", lab, "--kubeconfig", kubeconfig]);
        try {
          const browser = new BrowserSession(lectern.url);
          const session = await browser.startLab("slow-steps");
          await browser.run(session, 0);
          expect((await browser.outcome(session, 0)).state).toBe("succeeded");
          expect((await runCli(["session", "extend", session.id, "--data", data])).status).toBe(0);
          expect((await runCli(["session", "end", session.id, "--data", data])).status).toBe(0);
          await until("the session is gone", 60_000, async () =>
            (await kubectl("get", "sessions,namespaces", "-o", "name")).includes(session.id)
              ? undefined
              : true,
          );
        } finally {
          await lectern.stop();
        }
      });

      it("is enough for a lab about image policies, from its first page to its last", async () => {
        const words = ["validate", "content/image-registry-policies", "--kubeconfig", kubeconfig];
        const { status, output } = await runCli(words);
        expect([status, output]).toEqual([0, expect.any(String)]);
      });

      it.each([
        ["make pods of the cluster's own", "kube-system", ["run", "intruder", "--image=busybox"]],
        ["read nothing into pods of others", "default", ["create", "configmap", "note"]],
        [
          "give away roles",
          "default",
          ["create", "rolebinding", "note", "--clusterrole=admin", "--user=somebody"],
        ],
        ["mint tokens of others", "kube-system", ["create", "token", "default"]],
      ])("may not %s", async (_what, namespace, words) => {
        await expect(asServer(...words, "--namespace", namespace)).rejects.toThrow(
          "change nothing in namespaces",
        );
      });

      it.each([
        [["delete", "namespace", "others"], "delete namespaces of sessions only"],
        [["label", "namespace", "kube-system", "lectern.dev/session=x"], "leave those of the cluster alone"],
        [["label", "namespace", "default", "lectern.dev/session=x"], "leave those of the cluster alone"],
        [
          ["create", "clusterrole", "note", "--verb=get", "--resource=namespaces"],
          "names begin with lectern-",
        ],
        [
          ["create", "clusterrolebinding", "lectern-note", "--clusterrole=admin", "--user=somebody"],
          "bind only the roles",
        ],
        [
          ["create", "clusterrolebinding", "lectern-note", "--clusterrole=cluster-admin", "--user=somebody"],
          "forbidden",
        ],
      ])("may not %j", async (words, sentence) => {
        await expect(asServer(...words)).rejects.toThrow(sentence);
      });

      it.each([
        ["get", "nodes", "--subresource=proxy"],
        ["delete", "nodes"],
        ["create", "mutatingwebhookconfigurations"],
        ["impersonate", "users"],
        ["update", "clusterroles"],
        ["escalate", "clusterroles"],
        ["delete", "customresourcedefinitions"],
        ["create", "persistentvolumes"],
        ["create", "certificatesigningrequests"],
      ])("cannot %s %s", async (...words) => {
        await expect(asServer("auth", "can-i", ...words)).rejects.toThrow();
      });

      it.each([
        ["patch", "limitranges"],
        ["patch", "resourcequotas"],
        ["patch", "networkpolicies.networking.k8s.io"],
      ])("can %s %s, which a server that died over it left behind", async (...words) => {
        expect(await asServer("auth", "can-i", ...words, "--namespace", "others")).toBe("yes\n");
      });

      it("is not needed to take away what the servers made: the account of the hooks does, and leaves what is not theirs", async () => {
        // As the policies' console does when it attaches a namespace.
        await asServer("label", "namespace", "others", "tmc.cloud.vmware.com/managed=true", "keep=me");
        const objects = await helm.render([url], "--namespace", NAMESPACE);
        const hook = objects.filter(
          ({ kind, metadata }) => metadata.name.endsWith("-removal") && kind !== "Job",
        );
        const file = join(folder.path, "hook.yaml");
        writeFileSync(file, hook.map((object) => stringify(object)).join("---\n"));
        await kubectl("apply", "--namespace", NAMESPACE, "--filename", file);
        const removal = await accountFiles("lectern-removal", "lectern-removal");
        const { status, output } = await runCli(["uninstall", "--kubeconfig", removal]);
        expect([status, output]).toEqual([
          0,
          expect.stringContaining("customresourcedefinitions sessions.lectern.dev removed"),
        ]);
        const left = await clusterObjects();
        expect(left.filter((name) => name.includes("wgpolicyk8s.io"))).toEqual([]);
        expect(left.filter((name) => /^(customresource|validatingadmission).*lectern/.test(name))).toEqual([
          "validatingadmissionpolicy.admissionregistration.k8s.io/parameter-reader.policy.lectern.dev",
          "validatingadmissionpolicybinding.admissionregistration.k8s.io/parameter-reader.policy.lectern.dev",
        ]);
        expect(left).not.toContain("namespace/lectern-policy-engine");
        expect(left).not.toContain("namespace/lectern-system");
        expect(left).toContain(`namespace/${NAMESPACE}`);
        const labels = await kubectl("get", "namespace", "others", "-o", "jsonpath={.metadata.labels}");
        expect([labels.includes("tmc.cloud"), labels.includes("keep")]).toEqual([false, true]);
        expect((await runCli(["uninstall", "--kubeconfig", removal])).status).toBe(0);
      });
    });

    /** The account as its pod has it: the chart's kubeconfig with the files it names. */
    async function accountFiles(account: string, configMap: string): Promise<string> {
      const mounted = join(folder.path, account);
      mkdirSync(mounted);
      const token = await kubectl("create", "token", account, "--namespace", NAMESPACE, "--duration", "1h");
      writeFileSync(join(mounted, "token"), token.trim());
      const found = JSON.parse(
        await kubectl("get", "configmap", configMap, "-n", NAMESPACE, "-o", "json"),
      ) as {
        data: { kubeconfig: string };
      };
      const text = found.data.kubeconfig
        .replace("/var/run/secrets/kubernetes.io/serviceaccount/ca.crt", cluster.caFile)
        .replace("/var/run/secrets/kubernetes.io/serviceaccount/token", join(mounted, "token"))
        .replace("https://kubernetes.default.svc", cluster.url);
      expect(parse(text)).toMatchObject({ kind: "Config" });
      const file = join(mounted, "kubeconfig");
      writeFileSync(file, text);
      chmodSync(file, 0o600);
      return file;
    }

    async function clusterObjects(): Promise<string[]> {
      const kinds =
        "namespaces,clusterroles,clusterrolebindings,validatingadmissionpolicies,validatingadmissionpolicybindings,customresourcedefinitions,priorityclasses";
      return (await kubectl("get", kinds, "-o", "name")).trim().split("\n");
    }
  },
);
