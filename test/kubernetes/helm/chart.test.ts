import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Command } from "commander";
import { addMemberFlags, type MemberFlags, membersOf } from "../../../server/cli/member-flags.js";
import { serveCommand } from "../../../server/cli/commands/serve.js";
import { createMetrics } from "../../../server/http/metrics.js";
import { skipWithoutControlPlane } from "../control-plane/requirements.js";
import { Helm, KUBE_VERSION, chart, setting } from "./helm.js";

const url = "publicUrl=https://labs.example.org";

/** A value that is wrong, and what Helm has to name. */
const WRONG: [string, string][] = [
  ["replica=3", "replica"],
  ["image.repo=lectern", "repo"],
  ["shells.nameSpace=x", "nameSpace"],
  ["ingress.host=labs.example.org", "host"],
  ["database.url=postgres://x", "url"],
  ["instructorToken.token=secret", "token"],
  ["metrics.serviceMonitor.enable=true", "enable"],
  ["labs.images[0].nam=x", "nam"],
  ["labs.authorities=x", "authorities"],
  ["registriesSecretName=Upper_Case", "/registriesSecretName"],
  ["labs.authoritiesConfigMap=Upper_Case", "/labs/authoritiesConfigMap"],
  ["networkPolicy.frm={}", "frm"],
  ["networkPolicy.egress=all", "/networkPolicy/egress"],
  ["replicas=three", "/replicas"],
  ["replicas=0", "/replicas"],
  ["publicUrl=labs.example.org", "/publicUrl"],
  ["publicUrl=https://labs.example.org/path", "/publicUrl"],
  ["publicUrl=", "/publicUrl"],
  ["start=everybody", "/start"],
  ["start=account", "signIn.issuer"],
  ["signIn.issuer=https://accounts.example.org", "signIn.client"],
  ["signIn.issuer=http://accounts.example.org", "/signIn/issuer"],
  ["signIn.roles[0]=teacher=x", "/signIn/roles"],
  ["maxSessions=many", "/maxSessions"],
  ["trustProxy=everybody", "/trustProxy"],
  ["trustProxy=10", "/trustProxy"],
  ["sessionLimits=memory=plenty", "/sessionLimits"],
  ["sessionLimits=ram=1Gi", "/sessionLimits"],
  ["image.repository=registry.example.org/lectern:1", "/image/repository"],
  ["image.tag=15", "/image/tag"],
  ["shells.image.tag=of yesterday", "/shells/image/tag"],
  ["resources.limits.memory=lots", "/resources/limits/memory"],
  ["resources.limts.memory=1Gi", "limts"],
  ["logLevel=loud", "/logLevel"],
  ["image.digest=latest", "/image/digest"],
  ["image.pullPolicy=Sometimes", "/image/pullPolicy"],
  ["shells.namespace=Upper_Case", "/shells/namespace"],
  ["shells.createNamespace=perhaps", "/shells/createNamespace"],
  ["ingress.enabled=maybe", "/ingress/enabled"],
  ["service.port=http", "/service/port"],
  ["service.type=Anything", "/service/type"],
  ["podDisruptionBudget.maxUnavailable=0", "/podDisruptionBudget/maxUnavailable"],
  ["metrics.serviceMonitor.interval=30", "/metrics/serviceMonitor/interval"],
  ["persistence.size=plenty", "/persistence/size"],
  ["terminationGracePeriodSeconds=1", "/terminationGracePeriodSeconds"],
  ["tolerations=all", "/tolerations"],
  ["ingressDomain=*.apps.example.org", "/ingressDomain"],
  ["shells.imagePullSecrets=registry", "/shells/imagePullSecrets"],
  ["members[0].name=staging", "secretName"],
  ["members[0].name=Staging", "/members/0/name"],
  ["members[0].kubeconfig=x", "kubeconfig"],
  ["allowClusters=any", "/allowClusters"],
  ["allowClusters[0]=https://10.0.0.7:6443", "/allowClusters/0"],
  ["memberLease=soon", "/memberLease"],
  ["memberLease=15", "/memberLease"],
];

/** Values in each of the forms that Helm hands on. */
const RIGHT = [
  "trustProxy=1",
  "trustProxy=loopback\\,10.0.0.0/8\\,fd00::/8",
  "sessionLimits=memory=1.5Gi\\,cpu=0.5",
  "image.repository=localhost:5000/labs/lectern",
  "resources.limits.cpu=2",
  "resources.requests.memory=512Mi",
  "memberLease=1m30s",
  "allowClusters[0]=[fd00::7]:6443",
];

/** Values that are right each by itself, and wrong together or on this cluster. */
const CONTRADICTIONS: [string[], string][] = [
  [["replicas=3"], "set database.secretName to a Secret with the URL of a PostgreSQL"],
  [["labs.shipped=false"], "a server without one lab does not start"],
  [["metrics.serviceMonitor.enabled=true"], "this cluster has no ServiceMonitor"],
];

const SUITE = "the chart by Helm";

describe.skipIf(skipWithoutControlPlane(SUITE)).each(["helm3", "helm4"] as const)(
  "the chart by %s",
  (line) => {
    let helm: Helm;
    beforeAll(async () => {
      helm = await Helm.open(line);
    });
    afterAll(() => helm.close());

    it("has nothing to lint", async () => {
      const { status, output, complaint } = await helm.run(
        "lint",
        "--strict",
        chart,
        "--set",
        url,
        ...KUBE_VERSION,
      );
      expect([status, output + complaint]).toEqual([0, expect.stringContaining("0 chart(s) failed")]);
      expect(output).not.toMatch(/WARNING|ERROR/);
    });

    it("needs an address, and names it where it is missing", async () => {
      const { status, complaint } = await helm.run("template", "lectern", chart, ...KUBE_VERSION);
      expect([status, complaint]).toEqual([1, expect.stringContaining("publicUrl")]);
    });

    it.each(WRONG)("refuses %s and names %s", async (value, named) => {
      const words = ["template", "lectern", chart, ...KUBE_VERSION, ...setting([url, value])];
      const { status, complaint } = await helm.run(...words);
      expect([status, complaint]).toEqual([1, expect.stringContaining(named)]);
    });

    it.each(RIGHT)("takes %s", async (value) => {
      const words = ["template", "lectern", chart, ...KUBE_VERSION, ...setting([url, value])];
      const { status, complaint } = await helm.run(...words);
      expect([status, complaint]).toEqual([0, expect.any(String)]);
    });

    it.each(CONTRADICTIONS)("refuses %j in a sentence", async (values, sentence) => {
      const words = ["template", "lectern", chart, ...KUBE_VERSION, ...setting([url, ...values])];
      const { status, complaint } = await helm.run(...words);
      expect([status, complaint]).toEqual([1, expect.stringContaining(sentence)]);
    });

    it.each(["lectern-system", "lectern-shells"])(
      "refuses the servers' own namespace %s",
      async (namespace) => {
        const words = [
          "template",
          "lectern",
          chart,
          ...KUBE_VERSION,
          ...setting([url]),
          "--namespace",
          namespace,
        ];
        const { status, complaint } = await helm.run(...words);
        expect([status, complaint]).toEqual([
          1,
          expect.stringContaining("install the chart into another one"),
        ]);
      },
    );

    it("refuses a Kubernetes that is too old, and image volumes where there are none", async () => {
      const words = ["template", "lectern", chart, ...setting([url]), "--kube-version"];
      expect((await helm.run(...words, "1.29.14")).complaint).toContain(">=1.30.0-0");
      expect((await helm.run(...words, "1.30.0")).status).toBe(0);
      const image = setting([
        "labs.images[0].name=mine",
        "labs.images[0].reference=registry.example.org/labs:1",
      ]);
      expect((await helm.run(...words, "1.32.0", ...image)).complaint).toContain("needs image volumes");
      expect((await helm.run(...words, "1.35.0", ...image)).status).toBe(0);
    });

    it("lets servers reach what else labs need, and nothing more than before where nothing is named", async () => {
      const before = await egressOf(helm, []);
      const rule = { to: [{ ipBlock: { cidr: "10.1.0.0/16" } }], ports: [{ port: 5000 }, { port: 9418 }] };
      const named = "networkPolicy.egress[0]";
      const values = [
        `${named}.to[0].ipBlock.cidr=10.1.0.0/16`,
        `${named}.ports[0].port=5000`,
        `${named}.ports[1].port=9418`,
      ];
      expect(before).not.toEqual([]);
      expect(await egressOf(helm, values)).toEqual([...before, rule]);
    });

    it("runs every container as nobody in particular, with nothing it may gain and little it may use", async () => {
      const objects = await helm.render([url, "replicas=3", "database.secretName=lectern-database"]);
      const pods = objects.flatMap(podSpecs);
      expect(pods.length).toBe(4);
      for (const { securityContext, containers } of pods) {
        expect(securityContext).toMatchObject({
          runAsNonRoot: true,
          seccompProfile: { type: "RuntimeDefault" },
        });
        for (const container of containers)
          expect(container).toMatchObject({
            resources: { requests: { cpu: expect.anything() }, limits: { memory: expect.anything() } },
            securityContext: {
              allowPrivilegeEscalation: false,
              readOnlyRootFilesystem: true,
              capabilities: { drop: ["ALL"] },
            },
          });
      }
    });

    it("starts servers with flags they have", async () => {
      const image = ["labs.images[0].name=mine", "labs.images[0].reference=registry.example.org/labs:1"];
      const signIn = [
        "issuer=https://accounts.example.org",
        "client=lectern",
        "secretName=oidc",
        "roles[0]=helper=x",
      ];
      const optional = [
        "sessionLimits=memory=1Gi",
        "ingressDomain=apps.example.org",
        ...signIn.map((value) => `signIn.${value}`),
      ];
      const secrets = ["shells.imagePullSecrets[0]=registry"];
      const fleet = [
        "members[0].name=staging",
        "members[0].secretName=x",
        "allowClusters[0]=any",
        "memberLease=15m",
      ];
      const objects = await helm.render([url, ...optional, ...secrets, ...image, ...fleet]);
      const words = objects.flatMap(podSpecs).flatMap(({ containers }) => argumentsOf(containers, "serve"));
      const known = serveCommand().options.map(({ long }) => long);
      expect(words.length).toBeGreaterThan(15);
      expect(words.map((word) => word.split("=", 1)[0]).filter((flag) => !known.includes(flag))).toEqual([]);
    });

    it("hands servers the kubeconfigs of further clusters as files that they are told of, and their flags take them", async () => {
      const members = ["members[0].name=staging", "members[0].secretName=staging-kubeconfig"];
      const other = [
        "members[1].name=west",
        "members[1].secretName=west-1",
        "members[1].secretKey=admin.conf",
      ];
      const addresses = [
        "allowClusters[0]=10.0.0.7:6443",
        "allowClusters[1]=api.example.org",
        "memberLease=15m",
      ];
      const objects = await helm.render([url, ...members, ...other, ...addresses]);
      const [server] = objects.filter(({ kind }) => kind === "Deployment").flatMap(podSpecs);
      const words = argumentsOf(server?.containers ?? [], "serve");
      const flags = words.filter((word) => /^--(member|allow-cluster)/.test(word));
      const command = new Command();
      addMemberFlags(command).parse(flags, { from: "user" });
      const config = membersOf(command.opts<MemberFlags>());
      expect(config).toEqual({
        members: {
          staging: "/etc/lectern/members/staging/kubeconfig",
          west: "/etc/lectern/members/west/admin.conf",
        },
        allowClusters: ["10.0.0.7:6443", "api.example.org"],
        memberLeaseMs: 900_000,
      });
      const { volumes, containers } = server as unknown as MountingPod;
      const mounts = containers[0]?.volumeMounts.filter(({ name }) => name.startsWith("member-"));
      expect(mounts).toEqual([
        { name: "member-staging", mountPath: "/etc/lectern/members/staging", readOnly: true },
        { name: "member-west", mountPath: "/etc/lectern/members/west", readOnly: true },
      ]);
      const secrets = volumes.filter(({ name }) => name.startsWith("member-"));
      expect(secrets.map(({ name, secret }) => [name, secret?.secretName])).toEqual([
        ["member-staging", "staging-kubeconfig"],
        ["member-west", "west-1"],
      ]);
    });

    const registriesOf = async (...values: string[]) => {
      const objects = await helm.render([url, ...values]);
      const [server] = objects.filter(({ kind }) => kind === "Deployment").flatMap(podSpecs);
      const command = new Command();
      const words = argumentsOf(server?.containers ?? [], "serve");
      addMemberFlags(command).parse(
        words.filter((word) => word.startsWith("--registries")),
        { from: "user" },
      );
      const { volumes, containers } = server as unknown as MountingPod;
      return {
        file: command.opts<MemberFlags>().registries,
        mounts: containers[0]?.volumeMounts.filter(({ name }) => name === "registries"),
        secrets: volumes.filter(({ name }) => name === "registries").map(({ secret }) => secret?.secretName),
      };
    };

    it("hands servers the registries that may be asked as a file of a Secret, where one is named", async () => {
      expect(await registriesOf("registriesSecretName=asked")).toEqual({
        file: "/etc/lectern/registries/registries.yaml",
        mounts: [{ name: "registries", mountPath: "/etc/lectern/registries", readOnly: true }],
        secrets: ["asked"],
      });
      expect(await registriesOf()).toEqual({ file: undefined, mounts: [], secrets: [] });
    });

    it("keeps the token and the database's address out of every object but their Secrets", async () => {
      const objects = await helm.render([url, "replicas=2", "database.secretName=lectern-database"]);
      const secret = objects.find(({ kind }) => kind === "Secret") as unknown as { data: { token: string } };
      const token = Buffer.from(secret.data.token, "base64").toString();
      expect(token).toMatch(/^[A-Za-z0-9]{32}$/);
      const others = JSON.stringify(objects.filter(({ kind }) => kind !== "Secret"));
      expect(others).not.toContain(token);
      expect(others).not.toContain(secret.data.token);
    });
  },
);

describe("what takes away the pod of helm test", () => {
  it("warns where it cannot, and keeps nothing from being removed", async () => {
    const program = readFileSync(join(chart, "files/remove-test.js"), "utf8");
    const words = ["--input-type=module", "--eval", program, "lectern", "lectern-test"];
    // There is neither an account of a pod here nor a cluster.
    const { stderr } = await promisify(execFile)(process.execPath, words, { timeout: 60_000 });
    expect(stderr).toMatch(
      /^The pod lectern-test of helm test could not be removed \(.+\)\. See what holds it: kubectl get pod lectern-test --namespace lectern --output=yaml\n$/,
    );
  });
});

describe("the dashboard", () => {
  it("asks for nothing but figures that servers give", () => {
    const text = readFileSync(join(chart, "files/grafana-dashboard.json"), "utf8");
    const { panels } = JSON.parse(text) as { panels: { targets: { expr: string }[] }[] };
    const asked = panels.flatMap(({ targets }) =>
      targets.flatMap(({ expr }) => expr.match(/\b(lectern|process|nodejs)_\w+/g) ?? []),
    );
    const given = createMetrics(() => ({ sessions: {}, sockets: 0 })).registry.getMetricsAsArray();
    const names = given.flatMap(({ name }) => [name, `${name}_bucket`, `${name}_count`]);
    expect(asked.length).toBeGreaterThan(8);
    expect(asked.filter((name) => !names.includes(name))).toEqual([]);
  });
});

/** What follows the verb, where a container's program gets that one. */
function argumentsOf(containers: readonly unknown[], verb: string): string[] {
  return (containers as { args?: string[] }[]).flatMap(({ args }) =>
    args?.[0] === verb ? args.slice(1) : [],
  );
}

interface PodSpec {
  securityContext: unknown;
  containers: unknown[];
}

interface MountingPod {
  volumes: { name: string; secret?: { secretName: string } }[];
  containers: { volumeMounts: { name: string }[] }[];
}

function podSpecs(object: { kind: string; [field: string]: unknown }): PodSpec[] {
  if (object.kind === "Pod") return [object["spec"] as PodSpec];
  const { template } = (object["spec"] ?? {}) as { template?: { spec: PodSpec } };
  return template === undefined ? [] : [template.spec];
}

/** What the servers may reach with these values. */
async function egressOf(helm: Helm, values: readonly string[]): Promise<unknown[]> {
  const policies = (await helm.render([url, ...values])).filter(({ kind }) => kind === "NetworkPolicy");
  return policies.flatMap(({ spec }) => (spec as { egress?: unknown[] }).egress ?? []);
}
