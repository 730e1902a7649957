import { path, ingress, networkPolicy, kind, withMetadata, endpointSlice } from "./objects.js";
import type { InvalidObjects } from "./objects.js";

export const routeCases: InvalidObjects = {
  Ingress: {
    "path type": ingress([{ http: { paths: [{ ...path(), pathType: "Sometimes" }] } }]),
    "empty path": ingress([{ http: { paths: [{ ...path(), path: "" }] } }]),
    "dot path": ingress([{ http: { paths: [{ ...path(), path: "/a/../b" }] } }]),
    encoded: ingress([{ http: { paths: [{ ...path(), path: "/a%2fb" }] } }]),
    "both ports": ingress([
      {
        http: {
          paths: [{ ...path(), backend: { service: { name: "a", port: { number: 80, name: "b" } } } }],
        },
      },
    ]),
    "port name": ingress([
      { http: { paths: [{ ...path(), backend: { service: { name: "a", port: { name: "A_b" } } } }] } },
    ]),
    "port number": ingress([
      { http: { paths: [{ ...path(), backend: { service: { name: "a", port: { number: 70000 } } } }] } },
    ]),
    "service name": ingress([
      { http: { paths: [{ ...path(), backend: { service: { name: "A_b", port: { number: 80 } } } }] } },
    ]),
    "no service name": ingress([
      { http: { paths: [{ ...path(), backend: { service: { name: "", port: { number: 80 } } } }] } },
    ]),
    "resource and service": ingress([
      {
        http: { paths: [{ ...path(), backend: { ...path().backend, resource: { kind: "A", name: "b" } } }] },
      },
    ]),
    nothing: { ...kind("networking.k8s.io/v1", "Ingress"), spec: {} },
    wildcard: ingress([{ host: "*.*.com", http: { paths: [path()] } }]),
    "wildcard middle": ingress([{ host: "a.*.com", http: { paths: [path()] } }]),
    "default backend": ingress([], { defaultBackend: { service: { name: "a" } } }),
    "annotation class": withMetadata(ingress([{ http: { paths: [path()] } }], { ingressClassName: "a" }), {
      annotations: { "kubernetes.io/ingress.class": "b" },
    }),
    "tls secret": ingress([{ http: { paths: [path()] } }], { tls: [{ secretName: "A_b" }] }),
    "tls wildcard": ingress([{ http: { paths: [path()] } }], { tls: [{ hosts: ["*"] }] }),
    "host port": ingress([{ host: "a.com:80", http: { paths: [path()] } }]),
    "host url": ingress([{ host: "http://a.com", http: { paths: [path()] } }]),
    "old backend": ingress([
      {
        http: { paths: [{ path: "/", pathType: "Prefix", backend: { serviceName: "a", servicePort: 80 } }] },
      },
    ]),
  },
  IngressClass: {
    "no controller": { ...kind("networking.k8s.io/v1", "IngressClass"), spec: {} },
    params: {
      ...kind("networking.k8s.io/v1", "IngressClass"),
      spec: { controller: "a.b/c", parameters: { kind: "", name: "" } },
    },
    scope: {
      ...kind("networking.k8s.io/v1", "IngressClass"),
      spec: { controller: "a.b/c", parameters: { kind: "A", name: "b", scope: "Namespace" } },
    },
  },
  NetworkPolicy: {
    "no cidr": networkPolicy({ ingress: [{ from: [{ ipBlock: { cidr: "" } }] }] }),
    "except bad": networkPolicy({
      egress: [{ to: [{ ipBlock: { cidr: "10.0.0.0/8", except: ["10.1"] } }] }],
    }),
    "except same": networkPolicy({
      egress: [{ to: [{ ipBlock: { cidr: "10.0.0.0/8", except: ["10.0.0.0/8"] } }] }],
    }),
    ip: networkPolicy({ ingress: [{ from: [{ ipBlock: { cidr: "10.0.0.1" } }] }] }),
    protocol: networkPolicy({ ingress: [{ ports: [{ protocol: "ICMP", port: 80 }] }] }),
    "port name": networkPolicy({ ingress: [{ ports: [{ port: "A_b" }] }] }),
    "end without": networkPolicy({ ingress: [{ ports: [{ endPort: 5 }] }] }),
    "end with name": networkPolicy({ ingress: [{ ports: [{ port: "http", endPort: 5 }] }] }),
    selector: networkPolicy({ podSelector: { matchLabels: { "a b": "c" } } }),
    "peer selector": networkPolicy({
      ingress: [{ from: [{ namespaceSelector: { matchExpressions: [{ key: "a", operator: "What" }] } }] }],
    }),
    "types three": networkPolicy({ policyTypes: ["Ingress", "Egress", "Ingress"] }),
    "end over": networkPolicy({ ingress: [{ ports: [{ port: 1, endPort: 70000 }] }] }),
    "types ingress with egress": networkPolicy({ policyTypes: ["Ingress"], egress: [{ to: [{}] }] }),
  },
  EndpointSlice: {
    type: endpointSlice({ addressType: "What" }),
    "no addresses": endpointSlice({ endpoints: [{ addresses: [] }] }),
    "bad address": endpointSlice({ endpoints: [{ addresses: ["1.2.3"] }] }),
    loopback: endpointSlice({ endpoints: [{ addresses: ["127.0.0.1"] }] }),
    v6: endpointSlice({ addressType: "IPv6", endpoints: [{ addresses: ["1.2.3.4"] }] }),
    fqdn: endpointSlice({ addressType: "FQDN", endpoints: [{ addresses: ["A_b"] }] }),
    ports: endpointSlice({
      ports: [
        { name: "A_b", port: 80 },
        { name: "c", port: 0 },
      ],
    }),
    "ports twice": endpointSlice({
      ports: [
        { name: "a", port: 80 },
        { name: "a", port: 81 },
      ],
    }),
    protocol: endpointSlice({ ports: [{ name: "a", port: 80, protocol: "ICMP" }] }),
    hostname: endpointSlice({ endpoints: [{ addresses: ["1.2.3.4"], hostname: "A_b", nodeName: "C_d" }] }),
    hints: endpointSlice({ endpoints: [{ addresses: ["1.2.3.4"], hints: { forZones: [{ name: "a b" }] } }] }),
    "too many": endpointSlice({
      endpoints: [{ addresses: Array.from({ length: 101 }, (_, i) => `1.2.3.${i + 1}`) }],
    }),
  },
  Endpoints: {
    port: { ...kind("v1", "Endpoints"), subsets: [{ addresses: [{ ip: "1.2.3.4" }], ports: [{ port: 0 }] }] },
    names: {
      ...kind("v1", "Endpoints"),
      subsets: [{ addresses: [{ ip: "1.2.3.4" }], ports: [{ port: 1 }, { port: 2 }] }],
    },
    ip: { ...kind("v1", "Endpoints"), subsets: [{ addresses: [{ ip: "1.2.3" }], ports: [{ port: 1 }] }] },
    link: {
      ...kind("v1", "Endpoints"),
      subsets: [{ addresses: [{ ip: "169.254.1.1" }, { ip: "224.0.0.1" }], ports: [{ port: 1 }] }],
    },
    host: {
      ...kind("v1", "Endpoints"),
      subsets: [{ addresses: [{ ip: "1.2.3.4", hostname: "A_b" }], ports: [{ port: 1 }] }],
    },
  },
};
