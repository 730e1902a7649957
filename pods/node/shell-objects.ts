import { type Target, targetAddresses } from "../../kubernetes/node/target-addresses.js";
import { isForbiddenAddress, type NetworkTarget } from "../../terminal/common/network-target.js";
import type { SessionPod } from "../../terminal/common/session-host.js";
import type { KeyPair } from "./certificates.js";
import { HOST_PORT, POD_SESSION_LABEL, type PodSettings } from "./pod-settings.js";
import { metadataOf, objectNames } from "./session-pod.js";
import { volumeBytes } from "./shell-resources.js";

const DNS_PORTS = [53, 5353].flatMap((port) => ["UDP", "TCP"].map((protocol) => ({ port, protocol })));
/** Where the servers answer learners' pages and `tmc`; nothing else of theirs is for shells. */
const SERVER_PORT = "http";
const SERVER_LABELS = { "app.kubernetes.io/name": "lectern", "app.kubernetes.io/component": "server" };
/** When the certificate of a session is to be replaced, RFC 3339. */
export const RENEW_ANNOTATION = "lectern.dev/renew-at";

/** The session's own namespace, which a policy that is made again has to name again. */
export const NAMESPACE_ANNOTATION = "lectern.dev/session-namespace";

/** What a host shows and whom it believes; mounted where only its pod reads it. */
export function certificateSecret(
  session: string,
  { pair, ca, renewAt }: { pair: KeyPair; ca: string; renewAt: number },
  pod: SessionPod,
  settings: PodSettings,
) {
  const metadata = metadataOf(session, objectNames(session).certificate, pod, settings);
  return {
    apiVersion: "v1",
    kind: "Secret",
    type: "Opaque",
    metadata: { ...metadata, annotations: { [RENEW_ANNOTATION]: new Date(renewAt).toISOString() } },
    data: certificateData(pair, ca),
  };
}

export function certificateData({ cert, key }: KeyPair, ca: string): Record<string, string> {
  const files = { "cert.pem": cert, "key.pem": key, "ca.pem": ca };
  return Object.fromEntries(
    Object.entries(files).map(([name, text]) => [name, Buffer.from(text).toString("base64")]),
  );
}

/** The home that outlives a pod, and goes with the session. */
export function homeClaim(session: string, pod: SessionPod, settings: PodSettings) {
  const { homeBytes } = settings.limits;
  return {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: metadataOf(session, objectNames(session).home, pod, settings),
    spec: {
      accessModes: ["ReadWriteOnce"],
      resources: { requests: { storage: String(volumeBytes(homeBytes)) } },
    },
  };
}

export interface ShellNetwork {
  /** Addresses of the API server. */
  apiServer: readonly string[];
  /** What the lab lists, by address. */
  listed: readonly Target[];
}

/**
 * Who may call the host, and where its programs may go: name servers, the API server, pods of the session's own namespace, Lectern's
 * pages and what the lab lists. Nothing else is named, so neither are the cloud's metadata, other sessions, or Lectern's other ports.
 */
export function networkPolicyOf(
  session: string,
  network: ShellNetwork,
  pod: SessionPod,
  settings: PodSettings,
) {
  const servers = settings.serverNamespace && {
    namespaceSelector: inNamespace(settings.serverNamespace),
    podSelector: { matchLabels: SERVER_LABELS },
  };
  const outsideSessions = {
    namespaceSelector: { matchExpressions: [{ key: POD_SESSION_LABEL, operator: "DoesNotExist" }] },
  };
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: {
      ...metadataOf(session, objectNames(session).network, pod, settings),
      annotations: { [NAMESPACE_ANNOTATION]: pod.namespace },
    },
    spec: {
      podSelector: { matchLabels: { [POD_SESSION_LABEL]: session } },
      policyTypes: ["Ingress", "Egress"],
      // Outside the cluster the server comes through the API server and the kubelet, which no policy keeps out.
      ingress: servers ? [{ from: [servers], ports: [{ port: HOST_PORT, protocol: "TCP" }] }] : [],
      egress: [
        { to: [outsideSessions], ports: DNS_PORTS },
        { to: [{ namespaceSelector: inNamespace(pod.namespace) }] },
        ...network.apiServer.map((address) => ({ to: [singleAddress(address)] })),
        ...(servers ? [{ to: [servers], ports: [{ port: SERVER_PORT, protocol: "TCP" }] }] : []),
        ...network.listed.map(({ host, port }) => ({
          to: [singleAddress(host)],
          ports: [{ port, protocol: "TCP" }],
        })),
      ],
    },
  };
}

/** The targets a lab lists, by address; what leads to a node or to a cloud's secrets is left out. */
export async function listedAddresses(reaches: readonly NetworkTarget[]): Promise<Target[]> {
  const found = await targetAddresses(reaches.filter((target) => target.of === "lab"));
  return found.filter(({ host }) => !isForbiddenAddress(host));
}

function inNamespace(name: string) {
  return { matchLabels: { "kubernetes.io/metadata.name": name } };
}

function singleAddress(address: string) {
  return { ipBlock: { cidr: `${address}/${address.includes(":") ? "128" : "32"}` } };
}
