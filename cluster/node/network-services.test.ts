import { expect, it } from "vitest";
import type { ApiObject } from "../api/object.js";
import type { Pod, Service } from "../controllers/object-kinds.js";
import { servicesOf } from "./network-services.js";
import { hostsFileOf, namesOf } from "./pod-names.js";
import { resolverOf } from "./resolver.js";

const slice = (name: string, endpoints: object[], addressType = "IPv4"): ApiObject => ({
  apiVersion: "discovery.k8s.io/v1",
  kind: "EndpointSlice",
  metadata: { name: "web-1", namespace: "shop" },
  addressType,
  ports: [{ name, port: 8080, protocol: "TCP" }],
  endpoints,
});
const podOf = (spec: object): Pod => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "p", namespace: "shop" },
  spec: { containers: [], ...spec },
});
const service = (spec: Service["spec"]): Service => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "web", namespace: "shop" },
  spec,
});
const ready = (address: string, more: object = {}): object => ({
  addresses: [address],
  conditions: { ready: true },
  ...more,
});
const ending = (address: string, serving: boolean): object => ({
  addresses: [address],
  conditions: { ready: false, serving, terminating: true },
});
const listed = (...endpoints: object[]): string[] => {
  const found = servicesOf([
    {
      service: service({ clusterIP: "10.96.0.20", ports: [{ name: "http", port: 80 }] }),
      slices: [slice("http", endpoints)],
    },
  ]);
  return found.listeners.flatMap((each) => each.endpoints.map(({ address }) => address));
};
const away = { addresses: ["10.244.0.9"], conditions: { ready: false } };

it("leads to pods that end and still serve where there are no others", () => {
  const both = [ending("10.244.0.6", true), ending("10.244.0.7", false)];
  expect(listed(...both)).toEqual(["10.244.0.6"]);
  expect(listed(ready("10.244.0.5"), ...both)).toEqual(["10.244.0.5"]);
});

it("names a service by its address, and leads to ready pods alone", () => {
  const ports = [
    { name: "http", port: 80, nodePort: 30_080 },
    { name: "names", port: 53, protocol: "UDP" },
  ];
  const slices = [slice("http", [ready("10.244.0.5"), away]), slice("http", [ready("fd00::1")], "IPv6")];
  const behind = { isSticky: true, endpoints: [{ address: "10.244.0.5", port: 8080 }] };
  const spec = { clusterIP: "10.96.0.20", ports, sessionAffinity: "ClientIP" };
  expect(servicesOf([{ service: service(spec), slices }])).toEqual({
    names: [{ name: "web.shop.svc.cluster.local", addresses: ["10.96.0.20"] }],
    listeners: [
      { address: "10.96.0.20", port: 80, ...behind },
      { address: "192.0.2.1", port: 30_080, ...behind },
    ],
  });
});

it("names each ready pod of a service without an address", () => {
  const slices = [slice("", [ready("10.244.0.5", { hostname: "db-0" }), ready("10.244.0.6"), away])];
  expect(servicesOf([{ service: service({ clusterIP: "None", ports: [{ port: 80 }] }), slices }])).toEqual({
    names: [
      { name: "web.shop.svc.cluster.local", addresses: ["10.244.0.5", "10.244.0.6"] },
      { name: "db-0.web.shop.svc.cluster.local", addresses: ["10.244.0.5"] },
      { name: "10-244-0-6.web.shop.svc.cluster.local", addresses: ["10.244.0.6"] },
    ],
    listeners: [],
  });
});

it("names another name for a service that is elsewhere", () => {
  const spec = { type: "ExternalName", externalName: "Shop.example.org." };
  expect(servicesOf([{ service: service(spec), slices: [] }]).names).toEqual([
    { name: "web.shop.svc.cluster.local", alias: "shop.example.org" },
  ]);
});

it("writes the file for names as the pod asks for it", () => {
  const dnsConfig = {
    nameservers: ["192.0.2.53"],
    searches: ["a.test"],
    options: [{ name: "ndots", value: "2" }],
  };
  expect(resolverOf(podOf({}))).toBe(
    "search shop.svc.cluster.local svc.cluster.local cluster.local\nnameserver 10.96.0.10\noptions ndots:5\n",
  );
  expect(resolverOf(podOf({ dnsConfig }))).toBe(
    "search shop.svc.cluster.local svc.cluster.local cluster.local a.test\nnameserver 10.96.0.10\nnameserver 192.0.2.53\noptions ndots:2\n",
  );
  expect(resolverOf(podOf({ dnsPolicy: "None", dnsConfig }))).toBe(
    "search a.test\nnameserver 192.0.2.53\noptions ndots:2\n",
  );
  expect(resolverOf(podOf({ dnsPolicy: "Default" }))).toBe("");
});

it("writes the file of hosts as a kubelet does, with the aliases of the pod", () => {
  const own = { hostname: "web", address: "10.244.0.5" };
  const hostAliases = [
    { ip: "127.0.0.1", hostnames: ["foo.local", "bar.local"] },
    { ip: "10.1.2.3", hostnames: ["foo.remote"] },
  ];
  expect(hostsFileOf(podOf({ hostAliases }), own)).toBe(`# Kubernetes-managed hosts file.
127.0.0.1\tlocalhost
::1\tlocalhost ip6-localhost ip6-loopback
fe00::0\tip6-localnet
fe00::0\tip6-mcastprefix
fe00::1\tip6-allnodes
fe00::2\tip6-allrouters
10.244.0.5\tweb

# Entries added by HostAliases.
127.0.0.1\tfoo.local\tbar.local
10.1.2.3\tfoo.remote
`);
  expect(hostsFileOf(podOf({ subdomain: "db" }), own)).toMatch(
    /\n10\.244\.0\.5\tweb\.db\.shop\.svc\.cluster\.local\tweb\n$/,
  );
});

const nameIn = (spec: object): string => namesOf(podOf(spec), "10.244.0.5").hostname;

it("calls a pod what a kubelet calls it: cut, in full, or as it is told to", () => {
  expect(nameIn({ hostname: `${"a".repeat(62)}-b` })).toBe("a".repeat(62));
  expect(nameIn({ hostname: "web", subdomain: "db" })).toBe("web");
  expect(nameIn({ hostname: "web", subdomain: "db", setHostnameAsFQDN: true })).toBe(
    "web.db.shop.svc.cluster.local",
  );
  expect(nameIn({ hostname: "web", setHostnameAsFQDN: true })).toBe("web");
  expect(nameIn({ hostname: "web", subdomain: "db", hostnameOverride: "other.example" })).toBe(
    "other.example",
  );
  expect(() => nameIn({ hostname: "w".repeat(50), subdomain: "db", setHostnameAsFQDN: true })).toThrow(
    `failed to construct FQDN from pod hostname and cluster domain, FQDN ${"w".repeat(50)}.db.shop.svc.cluster.local is too long (64 characters is the max, 76 characters requested)`,
  );
});
