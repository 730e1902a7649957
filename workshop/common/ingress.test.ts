import { describe, expect, it } from "vitest";
import { ingressAt, ingressesSchema, isIngressLike } from "./ingress.js";

const variables = { session_name: "web-abc", ingress_domain: "labs.example.org" };
const ingresses = ingressesSchema.parse([
  { name: "app", port: 8080 },
  { name: "app-web", port: 3000, path: "/start/" },
]);

describe("an address of a session's application", () => {
  it.each([
    ["https://app-web-abc.labs.example.org", { name: "app", path: "/" }],
    ["http://APP-web-abc.labs.example.org:8443/a?b=c", { name: "app", path: "/a?b=c" }],
    ["https://app-web-abc.labs.example.org?b", { name: "app", path: "/?b" }],
    ["https://app-web-web-abc.labs.example.org/", { name: "app-web", path: "/start/" }],
    ["https://app-web-web-abc.labs.example.org/x", { name: "app-web", path: "/x" }],
  ])("is found: %s", (address, found) => {
    expect(ingressAt(address, ingresses, variables)).toEqual(found);
  });

  it.each([
    "https://app-other.labs.example.org/",
    "https://app-web-abc.labs.example.org.evil.example/",
    "https://evil.example/app-web-abc.labs.example.org",
    "https://user@app-web-abc.labs.example.org/",
    "ftp://app-web-abc.labs.example.org/",
  ])("is not taken for one: %s", (address) => {
    expect(ingressAt(address, ingresses, variables)).toBeUndefined();
  });

  it("is found by the session's namespace, where that is called another way", () => {
    const own = { ...variables, session_namespace: "default" };
    expect(ingressAt("https://app-default.labs.example.org/x", ingresses, own)?.path).toBe("/x");
    expect(ingressAt("https://app-web-abc.labs.example.org/x", ingresses, own)?.path).toBe("/x");
    expect(isIngressLike("https://nope-default.labs.example.org/", own)).toBe(true);
    expect(isIngressLike("https://nope-default.labs.example.org/", variables)).toBe(false);
  });

  it("is seen to be meant, be there an ingress or not", () => {
    expect(isIngressLike("https://nope-web-abc.labs.example.org/", variables)).toBe(true);
    expect(isIngressLike("https://labs.example.org/", variables)).toBe(false);
  });
});

describe("the target of an ingress", () => {
  it.each([
    [undefined, undefined],
    ["localhost", undefined],
    ["web", "web"],
    ["web.{{ session_namespace }}.svc", "web"],
    ["web.$(session_namespace).svc.cluster.local", "web"],
    ["web.$(session_namespace).svc.$(cluster_domain)", "web"],
  ])("%s is %s", (host, service) => {
    const [read] = ingressesSchema.parse([{ name: "a", port: 80, ...(host ? { host } : {}) }]);
    expect(read?.service).toBe(service);
  });

  it.each(["169.254.169.254", "web.kube-system.svc", "example.org", "-web", "[::1]"])(
    "is never %s",
    (host) => {
      expect(ingressesSchema.safeParse([{ name: "a", port: 80, host }]).success).toBe(false);
    },
  );

  it.each([
    [[{ name: "a", port: 0 }]],
    [[{ name: "A", port: 80 }]],
    [[{ name: "a".repeat(38), port: 80 }]],
    [[{ name: "a", port: 80, path: "x" }]],
    [[{ name: "a", port: 80, protocol: "ftp" }]],
    [
      [
        { name: "a", port: 80 },
        { name: "a", port: 81 },
      ],
    ],
  ])("is refused where it cannot be: %j", (given) => {
    expect(ingressesSchema.safeParse(given).success).toBe(false);
  });
});

describe("an ingress of kind Ingress", () => {
  it("has a name and a path alone", () => {
    expect(ingressesSchema.parse([{ name: "site", kind: "Ingress", path: "/a" }])).toEqual([
      { name: "site", port: 80, protocol: "http", path: "/a", byRules: true },
    ]);
  });

  it.each([{ port: 8080 }, { host: "web" }, { protocol: "https" }])("and nothing like %j", (more) => {
    expect(ingressesSchema.safeParse([{ name: "site", kind: "Ingress", ...more }]).success).toBe(false);
  });

  it("is what an ingress without a port must be", () => {
    expect(ingressesSchema.safeParse([{ name: "site" }]).error?.message).toContain("needs the port");
  });
});
