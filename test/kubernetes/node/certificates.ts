import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { generate } from "selfsigned";
import { NODE_ADDRESS } from "./node-namespaces.js";

/** PEM files of one authority, and of what it vouches for. */
export interface CertificateFiles {
  ca: string;
  caKey: string;
  apiserver: string;
  apiserverKey: string;
  kubelet: string;
  kubeletKey: string;
  /** By which the API server is known to the kubelet. */
  kubeletClient: string;
  kubeletClientKey: string;
}

const DAY_MS = 24 * 60 * 60 * 1000;
const API_SERVER_NAMES = [
  "localhost",
  "kubernetes",
  "kubernetes.default",
  "kubernetes.default.svc",
  "kubernetes.default.svc.cluster.local",
];
const API_SERVER_ADDRESSES = ["127.0.0.1", "10.96.0.1", NODE_ADDRESS];

/** Makes an authority and its certificates, valid for a day, in the folder. */
export async function makeCertificates(folder: string): Promise<CertificateFiles> {
  const notBeforeDate = new Date();
  const dates = { notBeforeDate, notAfterDate: new Date(notBeforeDate.getTime() + DAY_MS) };
  const common = { ...dates, keyType: "ec", algorithm: "sha256" } as const;
  const ca = await generate([{ name: "commonName", value: "kubernetes" }], {
    ...common,
    extensions: [
      { name: "basicConstraints", cA: true, critical: true },
      { name: "keyUsage", keyCertSign: true, cRLSign: true, digitalSignature: true, critical: true },
    ],
  });
  const issue = async (
    name: string,
    subject: { commonName: string; organizationName?: string },
    hosts?: { names: string[]; addresses: string[] },
  ): Promise<[string, string]> => {
    const attributes = Object.entries(subject).map(([field, value]) => ({ name: field, value }));
    const made = await generate(attributes, {
      ...common,
      ca: { key: ca.private, cert: ca.cert },
      extensions: [
        { name: "basicConstraints", cA: false, critical: true },
        { name: "keyUsage", digitalSignature: true, critical: true },
        { name: "extKeyUsage", ...(hosts === undefined ? { clientAuth: true } : { serverAuth: true }) },
        ...(hosts === undefined ? [] : [alternativeNames(hosts)]),
      ],
    });
    return [write(`${name}.crt`, made.cert), write(`${name}.key`, made.private)];
  };
  const write = (name: string, content: string): string => {
    writeFileSync(join(folder, name), content, { mode: 0o600 });
    return join(folder, name);
  };
  const [apiserver, apiserverKey] = await issue(
    "apiserver",
    { commonName: "kube-apiserver" },
    { names: API_SERVER_NAMES, addresses: API_SERVER_ADDRESSES },
  );
  const [kubelet, kubeletKey] = await issue(
    "kubelet",
    { commonName: "kubelet" },
    { names: [], addresses: [NODE_ADDRESS] },
  );
  const [kubeletClient, kubeletClientKey] = await issue("kubelet-client", {
    commonName: "kube-apiserver-kubelet-client",
    organizationName: "system:masters",
  });
  return {
    ca: write("ca.crt", ca.cert),
    caKey: write("ca.key", ca.private),
    apiserver,
    apiserverKey,
    kubelet,
    kubeletKey,
    kubeletClient,
    kubeletClientKey,
  };
}

function alternativeNames({ names, addresses }: { names: string[]; addresses: string[] }) {
  return {
    name: "subjectAltName" as const,
    altNames: [
      ...names.map((value) => ({ type: 2 as const, value })),
      ...addresses.map((ip) => ({ type: 7 as const, ip })),
    ],
  };
}
