import { ARCHIVE_SCENARIOS } from "./archive-scenarios.js";
import { type Scenario, FOREVER, IMAGE, PHASE, READY, once, pod, ready, say, shell } from "./scenario.js";

const THREE = "echo one; echo two; sleep 1; echo three >&2";
const TWO_CONTAINERS: Scenario = {
  objects: [
    pod([shell("echo a; echo aa", { name: "a" }), shell("sleep 1; echo b; echo bb", { name: "b" })], {
      restartPolicy: "Never",
    }),
  ],
  until: { path: PHASE, value: /^Succeeded$/ },
};
const both = (...asks: string[][]): Scenario => ({ ...TWO_CONTAINERS, asks });

const LOG_FLAGS: Record<string, Scenario> = {
  "logs by a label, of all containers": both(
    ["logs", "-l", "app=it", "--all-containers", "--prefix"],
    ["logs", "-l", "app=it", "--all-containers", "--prefix", "--tail=1"],
    ["logs", "-l", "app=none"],
  ),
  "more logs at once than may be": both(
    ["logs", "-f", "-l", "app=it", "--all-containers", "--max-log-requests=1"],
    ["logs", "-f", "-l", "app=it", "--all-containers", "--max-log-requests=2", "--prefix"],
  ),
  "a log of one container and of all": both(["logs", "it", "-c", "a", "--all-containers"]),
  "a log since a time": once(
    THREE,
    {},
    ["logs", "it", "--since-time=2020-01-01T00:00:00Z"],
    ["logs", "it", "--since-time=2999-01-01T00:00:00Z"],
    ["logs", "it", "--since=1h", "--since-time=2020-01-01T00:00:00Z"],
  ),
  "some bytes of some lines of a log": once(
    THREE,
    {},
    ["logs", "it", "--tail=2", "--limit-bytes=6"],
    ["logs", "it", "--limit-bytes=0"],
    ["logs", "it", "--tail=-2"],
  ),
};

/** What `kubectl cp` is to carry: modes, folders, a link and what no line ends. */
const TREE =
  "mkdir -p /d/sub; printf a >/d/a; echo b >/d/sub/b; chmod 600 /d/a; chmod 755 /d/sub/b; ln -s a /d/link; : >/d/none; ";
const LISTED = "cd /tmp/back && find . | sort | while read -r f; do stat -c '%n %a %F' \"$f\"; done";

const COPIES: Record<string, Scenario> = {
  "a folder that is copied out of a pod and back": ready(
    [
      ["cp", "it:/d", "{folder}/d"],
      { files: "{folder}" },
      ["cp", "{folder}/d", "it:/tmp/back"],
      say(LISTED),
      say("cat /tmp/back/a /tmp/back/sub/b"),
    ],
    { line: TREE + FOREVER },
  ),
  "a file that is not there, copied out of a pod": ready([
    ["cp", "it:/none/at/all", "{folder}/x"],
    ["cp", "{folder}/none", "it:/tmp/x"],
    ["cp", "it:/etc/hosts", "-c", "none", "{folder}/x"],
    { files: "{folder}" },
  ]),
  "a large file that is copied out of a pod and back": ready(
    [
      ["cp", "it:/big", "{folder}/big"],
      { files: "{folder}" },
      ["cp", "{folder}/big", "it:/tmp/again"],
      say("cmp /big /tmp/again && wc -c </tmp/again"),
    ],
    { line: `head -c 5000000 /dev/zero | tr '\\0' x >/big; ${FOREVER}` },
  ),
};

const ATTACHED: Record<string, Scenario> = {
  "input of a container that is attached to": ready(
    [{ words: ["attach", "-i", "-q", "it"], input: "line\n" }, ["logs", "it"]],
    // It ends by itself, and attaching with it.
    { line: "read line; echo got $line", container: { stdin: true }, spec: { restartPolicy: "Never" } },
  ),
  "attaching where there is nothing": ready([
    ["attach", "it", "-c", "none"],
    ["attach", "none"],
  ]),
  "attaching to what has ended": once("true", {}, ["attach", "it"]),
  "a container beside for looking": ready([
    ["debug", "it", `--image=${IMAGE}`, "--target=main", "-c", "look", "-q", "--", "sh", "-c", "echo seen"],
    ["logs", "it", "-c", "look"],
    ["debug", "none", `--image=${IMAGE}`],
    ["debug", "it", `--image=${IMAGE}`, "--target=none", "-c", "other", "--", "true"],
  ]),
};

const CONDITIONS = "jsonpath={.items[*].endpoints[*].conditions}";
const SERVER = [8080, 8081].map((port) => `httpd -p ${port} -h /tmp/w; `).join("");
const WEB = shell(`mkdir /tmp/w; echo page >/tmp/w/index.html; ${SERVER}${FOREVER}`, {
  ports: [{ containerPort: 8080, name: "web" }],
  readinessProbe: { tcpSocket: { port: 8081 }, periodSeconds: 1, failureThreshold: 60 },
});
const web = (asks: NonNullable<Scenario["asks"]>): Scenario => ({
  objects: [pod([WEB])],
  until: { path: READY, value: /^True$/ },
  mayFailFirst: true,
  asks,
});

const FORWARDED: Record<string, Scenario> = {
  "a port that is forwarded": web([{ forward: ["pod/it", ":8080"] }, { forward: ["it", ":web"] }]),
  "several ports that are forwarded": web([{ forward: ["pod/it", ":8080", ":8081"] }]),
  "a port at which nobody listens": web([{ forward: ["pod/it", ":81"] }]),
  "a port that has no such name": web([{ forward: ["pod/it", ":none"] }, { forward: ["pod/none", ":80"] }]),
  "ports of a Deployment and its Service": {
    objects: [
      {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { name: "web" },
        spec: {
          selector: { matchLabels: { app: "web" } },
          template: {
            metadata: { labels: { app: "web" } },
            spec: {
              terminationGracePeriodSeconds: 2,
              automountServiceAccountToken: false,
              containers: [WEB],
            },
          },
        },
      },
      {
        apiVersion: "v1",
        kind: "Service",
        metadata: { name: "front" },
        spec: { selector: { app: "web" }, ports: [{ port: 80, targetPort: "web" }] },
      },
    ],
    until: { path: "{.status.readyReplicas}", value: /^1$/ },
    mayFailFirst: true,
    asks: [
      { forward: ["deployment/web", ":8080"] },
      { forward: ["service/front", ":80"] },
      { forward: ["service/front", ":81"] },
    ],
  },
};

const raw = (path: string): string[] => ["get", "--raw", `/api/v1/namespaces/{namespace}/${path}`];
const service = (name: string, app: string, ports: object[]): object => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name },
  spec: { selector: { app }, ports },
});
const behindServices = (asks: string[][], more: Partial<Scenario> = {}): Scenario => ({
  objects: [
    pod([WEB]),
    service("front", "it", [{ port: 80, targetPort: "web" }]),
    service("two", "it", [
      { name: "http", port: 80, targetPort: 8080 },
      { name: "dead", port: 81, targetPort: 1 },
    ]),
    service("empty", "nobody", [{ port: 80 }]),
  ],
  until: { path: READY, value: /^True$/ },
  mayFailFirst: true,
  asks,
  ...more,
});

const PROXIED: Record<string, Scenario> = {
  "requests through the proxy of Services": behindServices([
    raw("services/http:front:80/proxy/index.html"),
    raw("services/front/proxy/index.html?a=b"),
    raw("services/two:http/proxy/"),
    raw("services/two:80/proxy/index.html"),
    raw("services/two:80/proxy/none"),
    raw("services/front:80/proxy"),
  ]),
  "requests through the proxy of pods": behindServices([
    raw("pods/it/proxy/index.html"),
    raw("pods/it:8080/proxy/"),
    raw("pods/http:it:8081/proxy/index.html"),
    raw("pods/it:8080/proxy/none"),
  ]),
  "what the proxies refuse": behindServices([
    raw("services/none/proxy/"),
    raw("services/empty/proxy/"),
    raw("services/empty:80/proxy/"),
    raw("services/front:81/proxy/"),
    raw("services/two/proxy/"),
    raw("services/two:other/proxy/"),
    raw("services/ftp:front:80/proxy/"),
    raw("services/a:b:c:d/proxy/"),
    raw("pods/none/proxy/"),
    raw("pods/ftp:it:80/proxy/"),
    [...raw("services/front/proxy/"), "--as=nobody"],
  ]),
  "proxies to where nobody listens": behindServices(
    [raw("services/two:dead/proxy/"), raw("pods/it:81/proxy/"), raw("pods/it:web/proxy/")],
    { hasOwnErrors: true },
  ),
  "a pod behind a Service that ends": behindServices(
    [
      ["delete", "pod", "it", "--wait=false", "--grace-period=60"],
      ["get", "endpointslices", "-l", "kubernetes.io/service-name=front", "-o", CONDITIONS],
      ["get", "endpoints", "front", "-o", "jsonpath={.subsets}"],
    ],
    {
      objects: [
        pod([{ ...WEB, lifecycle: { preStop: { exec: { command: ["sleep", "50"] } } } }]),
        service("front", "it", [{ port: 80, targetPort: "web" }]),
      ],
    },
  ),
};

/** What clients do with pods that run besides commands in them, by name. */
export const CLIENT_SCENARIOS: Record<string, Scenario> = {
  ...LOG_FLAGS,
  ...COPIES,
  ...ARCHIVE_SCENARIOS,
  ...ATTACHED,
  ...FORWARDED,
  ...PROXIED,
};
