import { describe, expect, it } from "vitest";
import type { IngressRoute } from "../../cluster/containers/container-runtime.js";
import { endpointsOf, IngressRoutes } from "./ingress-routes.js";

/** A rule that leads to a pod of its own, named by the Ingress. */
function route(ingress: string, host: string, match: IngressRoute["match"], path = "/"): IngressRoute {
  return { ingress: `lab/${ingress}`, host, match, path, backend: { endpoints: [] } };
}

/** The Ingress that answers, or `none`. */
function answering(routes: IngressRoute[], host: string, path: string, name?: string): string {
  const found = new IngressRoutes(routes).find({ host, path, ...(name !== undefined && { name }) });
  return typeof found === "string" ? "none" : found.ingress.slice("lab/".length);
}

describe("the path of a rule", () => {
  // The examples of the Kubernetes documentation for Ingress, with its answers.
  it.each([
    ["Prefix", ["/"], "/any/path", "/"],
    ["Exact", ["/foo"], "/foo", "/foo"],
    ["Exact", ["/foo"], "/bar", "none"],
    ["Exact", ["/foo"], "/foo/", "none"],
    ["Exact", ["/foo/"], "/foo", "none"],
    ["Prefix", ["/foo"], "/foo", "/foo"],
    ["Prefix", ["/foo"], "/foo/", "/foo"],
    ["Prefix", ["/foo/"], "/foo", "/foo/"],
    ["Prefix", ["/foo/"], "/foo/", "/foo/"],
    ["Prefix", ["/aaa/bb"], "/aaa/bbb", "none"],
    ["Prefix", ["/aaa/bbb"], "/aaa/bbb", "/aaa/bbb"],
    ["Prefix", ["/aaa/bbb/"], "/aaa/bbb", "/aaa/bbb/"],
    ["Prefix", ["/aaa/bbb"], "/aaa/bbb/", "/aaa/bbb"],
    ["Prefix", ["/aaa/bbb"], "/aaa/bbb/ccc", "/aaa/bbb"],
    ["Prefix", ["/aaa/bbb"], "/aaa/bbbxyz", "none"],
    ["Prefix", ["/", "/aaa"], "/aaa/ccc", "/aaa"],
    ["Prefix", ["/", "/aaa", "/aaa/bbb"], "/aaa/bbb", "/aaa/bbb"],
    ["Prefix", ["/", "/aaa", "/aaa/bbb"], "/ccc", "/"],
    ["Prefix", ["/aaa"], "/ccc", "none"],
    ["Prefix", ["/foo"], "/FOO", "none"],
  ] as const)("%s %j: %s is answered by %s", (match, paths, asked, answer) => {
    const routes = paths.map((path) => route(path, "", match, path));
    expect(answering(routes, "shop.example", asked)).toBe(answer);
  });

  it("counts for more as Exact than as Prefix, and once where two say the same", () => {
    const routes = [
      route("first", "", "Prefix", "/foo"),
      route("second", "", "Prefix", "/foo"),
      route("exact", "", "Exact", "/foo"),
    ];
    expect([answering(routes, "", "/foo"), answering(routes, "", "/foo/a")]).toEqual(["exact", "first"]);
  });
});

describe("the host of a rule", () => {
  const routes = [
    route("any", "", "Prefix", "/"),
    route("foo", "*.foo.com", "Prefix", "/"),
    route("bar", "bar.foo.com", "Prefix", "/bar"),
  ];

  it.each([
    ["bar.foo.com", "/bar", "bar"],
    // No rule of the host is for the path; that of the wildcard is.
    ["bar.foo.com", "/", "foo"],
    ["baz.foo.com", "/", "foo"],
    // A wildcard stands for one label.
    ["baz.bar.foo.com", "/", "any"],
    ["foo.com", "/", "any"],
    ["", "/", "any"],
  ])("%s%s is answered by %s", (host, path, answer) => {
    expect(answering(routes, host, path)).toBe(answer);
  });

  it("is found by the name of its Ingress or its first label, where nobody has a rule for the host asked for", () => {
    const named = [...routes, route("shop", "hello.example", "Prefix", "/")];
    expect(answering(named, "shop-abc.localhost", "/", "shop")).toBe("shop");
    expect(answering(named, "hello-abc.localhost", "/", "hello")).toBe("shop");
    expect(answering(named, "bar.foo.com", "/bar", "shop")).toBe("bar");
    expect(answering(named, "other-abc.localhost", "/", "other")).toBe("any");
  });
});

describe("a default", () => {
  it("is for what no rule is for, that of the host first", () => {
    const routes = [
      route("all", "", "Default"),
      route("shop", "shop.example", "Default"),
      route("rule", "shop.example", "Exact", "/cart"),
    ];
    expect(answering(routes, "shop.example", "/cart")).toBe("rule");
    expect(answering(routes, "shop.example", "/else")).toBe("shop");
    expect(answering(routes, "blog.example", "/else")).toBe("all");
  });
});

it("says which rules there are where none is for a request", () => {
  const rules = new IngressRoutes([route("shop", "shop.example", "Exact", "/cart")]);
  expect(rules.find({ host: "blog.example", path: "/" })).toBe(
    "No Ingress has a rule for the path / of the host blog.example. There are rules for: shop.example Exact /cart.",
  );
});

it("takes the pods in turn, and says why there are none", () => {
  const endpoints = [1, 2, 3].map((number) => ({ address: `10.244.0.${String(number)}`, port: 80 }));
  const first = [0, 1, 2, 3].map((turn) => (endpointsOf({ endpoints }, turn) as typeof endpoints)[0]);
  expect(first).toEqual([endpoints[0], endpoints[1], endpoints[2], endpoints[0]]);
  expect(endpointsOf({ missing: "No pod." }, 0)).toBe("No pod.");
});
