import type { Pkcs10CertificateRequest } from "@peculiar/x509";
import { x509 } from "./x509.js";

/** A request whose signature shows that who made it has the key. */
export type SigningRequest = Pkcs10CertificateRequest;

/** Why a text is no request for a certificate. */
export class UnreadableRequest extends Error {}

const BEGIN = "-----BEGIN CERTIFICATE REQUEST-----";
const END = "-----END CERTIFICATE REQUEST-----";

/** The first request in base64 of PEM text, as `spec.request` holds it. Throws `UnreadableRequest` where there is none, or its signature is another's. */
export async function readSigningRequest(encoded: string): Promise<SigningRequest> {
  const text = Buffer.from(encoded, "base64").toString("latin1");
  const begin = text.indexOf("-----BEGIN ");
  const end = begin < 0 ? -1 : text.indexOf(END, begin);
  if (!text.startsWith(BEGIN, begin) || end < 0)
    throw new UnreadableRequest("PEM block type must be CERTIFICATE REQUEST");
  const body = text.slice(begin + BEGIN.length, end);
  const request = decoded(Buffer.from(body, "base64"));
  const isSigned = await request.verify().catch(() => false);
  if (!isSigned) throw new UnreadableRequest("the signature is not of the key in the request");
  return request;
}

/** `O=` of the subject: the groups of who will hold the certificate. */
export function organizationsOf(request: SigningRequest): string[] {
  return request.subjectName.getField("O");
}

function decoded(der: Buffer): SigningRequest {
  const { Pkcs10CertificateRequest: Request } = x509();
  try {
    return new Request(der);
  } catch (error) {
    throw new UnreadableRequest("the PEM block holds no certificate request", { cause: error });
  }
}
