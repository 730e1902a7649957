import { service, withMetadata } from "./objects.js";
import type { InvalidObjects } from "./objects.js";

export const serviceCases: InvalidObjects = {
  Service: {
    "headless type": service({ type: "NodePort", clusterIP: "None" }),
    "external name ip": service({
      type: "ExternalName",
      externalName: "example.com",
      clusterIP: "10.96.1.1",
    }),
    "port over": service({ ports: [{ port: 70000 }] }),
    "target long": service({ ports: [{ port: 1, targetPort: "a".repeat(16) }] }),
    "names twice": service({
      ports: [
        { name: "a", port: 1 },
        { name: "a", port: 2 },
      ],
    }),
    "name long": withMetadata(service({}), { name: "a".repeat(64) }),
    "name dots": withMetadata(service({}), { name: "a.b" }),
    "name capital": withMetadata(service({}), { name: "Web" }),
    "affinity timeout": service({
      sessionAffinity: "ClientIP",
      sessionAffinityConfig: { clientIP: { timeoutSeconds: 0 } },
    }),
    "external policy": service({ externalTrafficPolicy: "Local" }),
    "external policy word": service({ type: "NodePort", externalTrafficPolicy: "What" }),
    "internal policy": service({ internalTrafficPolicy: "What" }),
    families: service({ ipFamilies: ["IPv6"] }),
    "family word": service({ ipFamilies: ["IPv5"] }),
    "family policy": service({ ipFamilyPolicy: "What" }),
    "dual stack": service({ ipFamilyPolicy: "RequireDualStack" }),
    "cluster ips": service({ clusterIP: "10.96.1.2", clusterIPs: ["10.96.1.3"] }),
    "ips three": service({ clusterIPs: ["10.96.1.3", "::1", "10.96.1.4"] }),
    "two v4": service({ clusterIPs: ["10.96.1.3", "10.96.1.4"] }),
    "lb class": service({ loadBalancerClass: "a/b" }),
    "lb class name": service({ type: "LoadBalancer", loadBalancerClass: "A b" }),
    "lb ranges": service({ loadBalancerSourceRanges: ["1.2.3.4/24"] }),
    "node ports off": service({ allocateLoadBalancerNodePorts: false }),
    "health port": service({ healthCheckNodePort: 30000 }),
    "selector value": service({ selector: { a: "b c" } }),
    "app protocol": service({ ports: [{ port: 1, appProtocol: "a b" }] }),
    "external name dash": service({ type: "ExternalName", externalName: "-a", ports: undefined }),
    "traffic distribution": service({ trafficDistribution: "Close" }),
    "external ip zero": service({ externalIPs: ["0.0.0.0", "224.0.0.1", "169.254.0.1"] }),
    "node port twice": service({
      type: "NodePort",
      ports: [
        { name: "a", port: 1, nodePort: 30999 },
        { name: "b", port: 2, nodePort: 30999 },
      ],
    }),
    "port text": service({ ports: [{ port: "80" }] }),
    "cluster ip network": service({ clusterIP: "10.96.0.0" }),
  },
};
