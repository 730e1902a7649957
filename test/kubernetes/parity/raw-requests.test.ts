import { describeParity, sameOnBoth } from "./both-clusters.js";
import type { RawRequest } from "./raw-request.js";

const MERGE = { "content-type": "application/merge-patch+json" };
const STRATEGIC = { "content-type": "application/strategic-merge-patch+json" };
const JSON_PATCH = { "content-type": "application/json-patch+json" };
const APPLY = { "content-type": "application/apply-patch+yaml" };
const OBJECT = { metadata: { name: "x" } };

const create = (body: unknown, query = ""): RawRequest => ({
  method: "POST",
  path: `configmaps?dryRun=All${query}`,
  body,
});
const update = (body: unknown, query = ""): RawRequest => ({
  method: "PUT",
  path: `configmaps/x${query}`,
  body,
});
const patch = (body: unknown, headers: Record<string, string>, query = ""): RawRequest => ({
  method: "PATCH",
  path: `configmaps/x${query}`,
  body,
  headers,
});
const remove = (body: unknown, query = ""): RawRequest => ({
  method: "DELETE",
  path: `configmaps/missing${query}`,
  body,
});
const get = (path: string): RawRequest => ({ method: "GET", path });
const stamped = (creationTimestamp: unknown): RawRequest =>
  create({ metadata: { name: "t", creationTimestamp } });
const lease = (renewTime: unknown): RawRequest => ({
  method: "POST",
  path: "/apis/coordination.k8s.io/v1/namespaces/default/leases?dryRun=All",
  body: { metadata: { name: "t" }, spec: { renewTime } },
});

const service = (spec: object): RawRequest => ({
  method: "POST",
  path: "services?dryRun=All",
  body: { metadata: { name: "s" }, spec: { ports: [{ port: 80 }], ...spec } },
});
const slice = (addressType: string, address: string): RawRequest => ({
  method: "POST",
  path: "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices?dryRun=All",
  body: { metadata: { name: "s" }, addressType, endpoints: [{ addresses: [address] }], ports: [] },
});
const network = (cidr: string, except: string[] = []): RawRequest => ({
  method: "POST",
  path: "/apis/networking.k8s.io/v1/namespaces/default/networkpolicies?dryRun=All",
  body: {
    metadata: { name: "s" },
    spec: { podSelector: {}, ingress: [{ from: [{ ipBlock: { cidr, except } }] }] },
  },
});
const endpoints = (ip: string): RawRequest => ({
  method: "POST",
  path: "endpoints?dryRun=All",
  body: { metadata: { name: "s" }, subsets: [{ addresses: [{ ip }], ports: [{ port: 80 }] }] },
});
const accepting = (accept: string, path = "configmaps"): RawRequest => ({
  method: "GET",
  path,
  headers: { accept },
});

const NO_JSON = [
  "",
  "{",
  "[]",
  "1",
  "null",
  "nul",
  '"x"',
  '{"a":tru}',
  '{"a" 1}',
  "{a:1}",
  '{"a":1} x',
  '{"a":1,}',
  String.raw`{"a":"\x"}`,
  '{"é":é}',
  `{"${"a".repeat(60)}`,
];
const TIMES = [
  "x",
  "",
  5,
  "2020-01-01",
  "2020-02-30T00:00:00Z",
  "2020-01-01T25:00:00Z",
  "2020-01-01T00:00:00+2:00",
  "2020-01-01T00:00:00Zx",
  "2020-01-01T0:00:00+02:00",
  "2020-01-01T00:00:00é",
];

const REQUESTS: Record<string, RawRequest[]> = {
  "a resourceVersion that is none": [
    get("configmaps?resourceVersion=x"),
    get("configmaps?resourceVersion=x&watch=true"),
    get("configmaps/x?resourceVersion=x"),
    get("configmaps?resourceVersion=18446744073709551616"),
    { method: "DELETE", path: "configmaps?resourceVersion=x&labelSelector=a%3Db" },
    update({ metadata: { name: "x", resourceVersion: "x" } }),
    update({ metadata: { name: "x", resourceVersion: "-1" } }),
    update({ metadata: { name: "x", resourceVersion: "0" } }),
    patch({ metadata: { resourceVersion: "x" } }, MERGE),
    patch({ metadata: { resourceVersion: "x" } }, STRATEGIC),
    create({ metadata: { name: "v", resourceVersion: "x" } }),
    create({ metadata: { name: "v", resourceVersion: "0" } }),
    create({ metadata: { name: "v", resourceVersion: "5" } }),
  ],
  "a time that is none": [
    ...TIMES.map(stamped),
    patch({ metadata: { creationTimestamp: 5 } }, STRATEGIC),
    ...["x", 5, "2020-01-01T00:00:00Z", "2020-01-01T00:00:00.123456789Z"].map(lease),
  ],
  "a body that is no object": [...NO_JSON.map((body) => create(body)), update("null"), update("{}")],
  "a patch that is none": [
    ...["null", "{", "[]", "1", ""].map((body) => patch(body, MERGE)),
    ...["null", "{", "[]", ""].map((body) => patch(body, STRATEGIC)),
    ...["null", "{", "{}", "", "[1]", "[{}]"].map((body) => patch(body, JSON_PATCH)),
    ...["null", "[]", "5", "abc", ""].map((body) => patch(body, APPLY, "?fieldManager=m")),
  ],
  "options of writes": [
    patch({}, MERGE, "?force=true"),
    patch({}, STRATEGIC, "?force=false"),
    patch({}, MERGE, "?force=true&dryRun=bad&fieldValidation=bad"),
    patch({ apiVersion: "v1", kind: "ConfigMap" }, APPLY, "?fieldManager=m&force=xyz"),
    patch({ apiVersion: "v1", kind: "ConfigMap" }, APPLY),
    patch({}, MERGE, `?fieldManager=${"m".repeat(200)}&dryRun=bad`),
    update(OBJECT, "?dryRun=bad"),
    create(OBJECT, "&dryRun=bad&fieldValidation=bad"),
  ],
  "options of deletes": [
    remove({ propagationPolicy: "Nope" }),
    remove(undefined, "?propagationPolicy=Nope"),
    remove({ propagationPolicy: "Orphan", orphanDependents: true }),
    remove({ propagationPolicy: "Nope", dryRun: ["bad"] }),
    remove({ orphanDependents: "x" }),
    remove({ gracePeriodSeconds: 1.5 }),
    remove({ dryRun: "All" }),
    remove({ preconditions: "x" }),
    remove({ kind: "Nope", apiVersion: "v1" }),
    remove({ kind: "", apiVersion: "" }),
    remove({ kind: null, apiVersion: null }),
    remove({ kind: "DeleteOptions", apiVersion: "apps/v1" }),
    remove({ kind: 5 }),
    remove({ apiVersion: [] }),
    remove({ propagationPolicy: "" }),
    remove({ propagationPolicy: "", orphanDependents: true }),
    remove({ propagationPolicy: null, gracePeriodSeconds: null }),
    remove(undefined, "?propagationPolicy="),
    remove("{"),
    remove("[]"),
    remove("null"),
    remove(undefined, "?gracePeriodSeconds=x"),
    remove(undefined, "?dryRun=bad"),
  ],
  "addresses, with zeros before their numbers or in other forms": [
    ...["010.96.0.77", "10.96.00.77", "10.96.0.256", "x", "1.2.3", "fe80::1%eth0", "fd00::1", "FD00::1"].map(
      (clusterIP) => service({ clusterIP }),
    ),
    ...["010.0.0.1", "1.2.3.4", "x", "127.0.0.1"].map((address) => service({ externalIPs: [address] })),
    ...["010.0.0.0/8", "10.0.0.0"].map((range) =>
      service({ type: "LoadBalancer", loadBalancerSourceRanges: [range] }),
    ),
    ...["010.0.0.1", "10.0.00.1", "1.2.3", "x", "::1", "127.0.0.1", "0.0.0.0", "::ffff:1.2.3.4"].map(
      (address) => slice("IPv4", address),
    ),
    ...["::ffff:1.2.3.4", "fd00::01", "FD00::1", "1.2.3.4", "fe80::1", "::1", "::"].map((address) =>
      slice("IPv6", address),
    ),
    ...["010.0.0.0/8", "10.0.0.0/33", "x", "10.0.0.0"].map((cidr) => network(cidr)),
    network("10.0.0.0/8", ["010.1.0.0/16"]),
    network("10.0.0.0/8", ["11.0.0.0/16"]),
    ...["010.0.0.1", "x", "127.0.0.1", "fd00::1"].map(endpoints),
  ],
  "forms that nothing is answered in": [
    ...[
      "application/json;as=Table;v=v1;g=meta.k8s.io",
      "application/json;as=Table;v=v2;g=meta.k8s.io",
      "application/json;as=Table",
      "application/json;as=Table;v=v1;g=x",
      "application/json;as=Nope;v=v1;g=meta.k8s.io",
      "application/vnd.kubernetes.protobuf;as=Table;v=v1;g=meta.k8s.io",
      "text/html;as=Table;v=v1;g=meta.k8s.io",
      "text/html",
      "application/*",
      "application/cbor",
      "nope",
      "text/html, application/json;as=Table;v=v1;g=meta.k8s.io",
      "application/json;q=0.1, text/html",
    ].map((accept) => accepting(accept)),
    accepting("text/html;as=Table;v=v1;g=meta.k8s.io", "configmaps/x"),
  ],
  "methods that nothing is asked by": [
    ...[
      "/api",
      "/api/v1",
      "/api/v1/namespaces",
      "/api/v1/namespaces/default",
      "/api/v1/namespaces/nope",
      "/version",
    ].map((path): RawRequest => ({ method: "HEAD", path })),
    ...["OPTIONS", "PROPFIND", "POST", "PUT", "DELETE"].flatMap((method) =>
      ["/readyz", "/nope", "/api", "/version", "/apis/apps/v1"].map((path): RawRequest => ({ method, path })),
    ),
  ],
  "checks of a server, and documents under a hash": [
    "/readyz/ping",
    "/readyz/etcd",
    "/readyz/shutdown",
    "/readyz/informer-sync",
    "/readyz/",
    "/livez/ping",
    "/livez/shutdown",
    "/livez/nope",
    "/livez/poststarthook/rbac/bootstrap-roles",
    "/livez/poststarthook/nope",
    "/livez/poststarthook",
    "/readyz/autoregister-completion",
    "/openapi/v3/nope",
    "/openapi/v3/apis/nope/v1",
    "/openapi/v3/api/v1/",
    "/openapi/v3/apis/apps/v1?hash=nope",
  ].map(get),
  "paths that lead nowhere": [
    "/nope",
    "/nope/nope",
    "/api/v2",
    "/api/v2/pods",
    "/api/v1/nope",
    "/apis/nope",
    "/apis/nope/v1",
    "/apis/nope/v1/x",
    "/apis/apps/v9",
    "/apis/apps/v9/deployments",
    "/apis/apps/v1/nope",
    "/openapi/v4",
    "/livez/nope",
    "/version/x",
    "/logs/",
  ].map(get),
};

describeParity("requests no client sends", () => {
  for (const [what, requests] of Object.entries(REQUESTS)) {
    sameOnBoth(
      `are answered alike: ${what}`,
      async ({ run, send }) => {
        await run("create configmap x --from-literal=a=1");
        for (const request of requests) await send(request);
      },
      [/\n(?:400|404|405|406|422|500) /],
    );
  }

  sameOnBoth(
    "with two Host headers are refused",
    ({ send }) => send({ method: "GET", path: "/version", headers: { host: ["a", "b"] } }),
    [/400 text\/plain; charset=utf-8 400 Bad Request/],
  );
});
