import { kind, service, path, ingress, networkPolicy } from "./objects.js";
import type { InvalidObjects } from "./objects.js";

export const networkCases: InvalidObjects = {
  Service: {
    "no ports": service({ ports: [] }),
    "port 0": service({ ports: [{ port: 0 }] }),
    "two without names": service({ ports: [{ port: 1 }, { port: 2 }] }),
    "port twice": service({
      ports: [
        { name: "a", port: 1 },
        { name: "b", port: 1 },
      ],
    }),
    "port name": service({ ports: [{ name: "A_b", port: 1 }] }),
    "target port": service({ ports: [{ port: 1, targetPort: "A_B" }] }),
    protocol: service({ ports: [{ port: 1, protocol: "ICMP" }] }),
    "node port of ClusterIP": service({ ports: [{ port: 1, nodePort: 30_123 }] }),
    type: service({ type: "Sometimes" }),
    "cluster IP": service({ clusterIP: "1.2.3" }),
    "cluster IP out of range": service({ clusterIP: "192.168.1.1" }),
    "external name": service({ type: "ExternalName", ports: undefined }),
    "external name with capitals": service({ type: "ExternalName", externalName: "A_b", ports: undefined }),
    affinity: service({ sessionAffinity: "Sometimes" }),
    "source range": service({ type: "LoadBalancer", loadBalancerSourceRanges: ["1.2.3.4/40"] }),
    "external IP": service({ externalIPs: ["1.2.3", "127.0.0.1"] }),
    selector: service({ selector: { "a b": "c" } }),
    name: { ...service({}), metadata: { name: "1a" } },
  },
  Ingress: {
    host: ingress([{ host: "A_b", http: { paths: [path()] } }]),
    "ip host": ingress([{ host: "1.2.3.4", http: { paths: [path()] } }]),
    "no path type": ingress([{ http: { paths: [{ ...path(), pathType: undefined }] } }]),
    "relative path": ingress([{ http: { paths: [{ ...path(), path: "a" }] } }]),
    "double slash": ingress([{ http: { paths: [{ ...path(), path: "/a//b" }] } }]),
    "no backend": ingress([{ http: { paths: [{ path: "/", pathType: "Prefix", backend: {} }] } }]),
    "no service port": ingress([
      { http: { paths: [{ path: "/", pathType: "Prefix", backend: { service: { name: "a" } } }] } },
    ]),
    "no paths": ingress([{ http: { paths: [] } }]),
    class: { ...ingress([{ http: { paths: [path()] } }], { ingressClassName: "A_b" }) },
    "tls host": ingress([{ http: { paths: [path()] } }], { tls: [{ hosts: ["A_b"] }] }),
  },
  NetworkPolicy: {
    cidr: networkPolicy({ ingress: [{ from: [{ ipBlock: { cidr: "1.2.3.4/40" } }] }] }),
    except: networkPolicy({
      ingress: [{ from: [{ ipBlock: { cidr: "10.0.0.0/8", except: ["11.0.0.0/16"] } }] }],
    }),
    peer: networkPolicy({ ingress: [{ from: [{}] }] }),
    both: networkPolicy({ ingress: [{ from: [{ podSelector: {}, ipBlock: { cidr: "10.0.0.0/8" } }] }] }),
    port: networkPolicy({ ingress: [{ ports: [{ port: 70_000 }] }] }),
    type: networkPolicy({ policyTypes: ["Sideways"] }),
    "end port": networkPolicy({ ingress: [{ ports: [{ port: 10, endPort: 5 }] }] }),
  },
  Endpoints: {
    loopback: {
      ...kind("v1", "Endpoints"),
      subsets: [{ addresses: [{ ip: "127.0.0.1" }], ports: [{ port: 80 }] }],
    },
    "no address": { ...kind("v1", "Endpoints"), subsets: [{}] },
  },
  IngressClass: {
    controller: { ...kind("networking.k8s.io/v1", "IngressClass"), spec: { controller: "A_b" } },
  },
};
