import { x509 } from "./x509.js";

export interface KeyAndRequest {
  /** PKCS#8 in PEM. */
  key: string;
  /** Base64 of the request's PEM, as `spec.request` takes it. */
  request: string;
}

const ECDSA = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };

/** A new key and the request for a certificate of it; `subject` as in `CN=jane,O=dev`. */
export async function makeRequest(subject: string): Promise<KeyAndRequest> {
  const { PemConverter, Pkcs10CertificateRequestGenerator } = x509();
  const keys = await crypto.subtle.generateKey(ECDSA, true, ["sign", "verify"]);
  const made = await Pkcs10CertificateRequestGenerator.create({
    name: subject,
    keys,
    signingAlgorithm: ECDSA,
  });
  const key = await crypto.subtle.exportKey("pkcs8", keys.privateKey);
  return {
    key: PemConverter.encode(key, "PRIVATE KEY"),
    request: Buffer.from(`${made.toString("pem")}\n`).toString("base64"),
  };
}
