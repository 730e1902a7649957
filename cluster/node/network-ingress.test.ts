import { describe, expect, it } from "vitest";
import type { Ingress } from "../controllers/object-kinds.js";
import { ingressOf, namesOfIngresses, rewriteOf } from "./network-ingress.js";

/** More than anybody can look at again with every change. */
const MANY = 1000;

function ingress(name: string, paths: string[], annotations: Record<string, string> = {}): Ingress {
  const backend = { service: { name: "web", port: { number: 80 } } };
  const http = { paths: paths.map((path) => ({ path, pathType: "Prefix", backend })) };
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "Ingress",
    metadata: { name, namespace: "shop", annotations },
    spec: { rules: paths.map((_, at) => ({ host: `${name}-${String(at)}.example`, http })).slice(0, 3) },
  };
}

const paths = Array.from({ length: MANY }, (_, at) => `/${String(at)}`);

describe("the rules of a network", () => {
  it("are looked at as far as they count, of a thousand Ingresses with a thousand paths each", () => {
    const many = Array.from({ length: MANY }, (_, at) => ingress(`i-${String(at)}`, paths));
    let looks = 0;
    const { routes } = ingressOf(many, () => {
      looks += 1;
      return undefined;
    });
    expect(routes).toHaveLength(500);
    expect(looks).toBeLessThanOrEqual(501);
    expect(namesOfIngresses(many)).toHaveLength(500);
  });

  it("are bounded in bytes, whatever is written into them", () => {
    const long = ["/first", ...paths.map((path) => path + "x".repeat(10_000))];
    const { routes } = ingressOf([ingress("long", long)], () => undefined);
    expect(routes[0]?.path).toBe("/first");
    expect(JSON.stringify(routes).length).toBeLessThan(1024 * 1024 + 1000);
  });
});

it.each([
  ["/", "/"],
  ["/new?a=b", "/new?a=b"],
  ["/$1", undefined],
  ["new", undefined],
  ["/a path", undefined],
  ["/x HTTP/1.1\r\nhost: other", undefined],
  ["/\u00fc", undefined],
])("the path %j takes the place of what came as %j", (target, rewrite) => {
  const annotations = { "nginx.ingress.kubernetes.io/rewrite-target": target };
  expect(rewriteOf(ingress("it", ["/"], annotations))).toBe(rewrite);
});
