import { createSecureContext, type SecureContext } from "node:tls";
import type { Certificate, IngressTls } from "../../cluster/containers/container-runtime.js";

type Named = IngressTls["certificates"][number];

/** Certificates by the hosts they are for; each is read when it is first asked for. */
export class IngressCertificates {
  readonly #named = new Map<string, Named>();
  readonly #fallback: Certificate;
  readonly #contexts = new Map<Certificate, SecureContext>();

  constructor({ certificates, fallback }: IngressTls) {
    this.#fallback = fallback;
    for (const each of certificates)
      for (const host of each.hosts) if (!this.#named.has(host)) this.#named.set(host, each);
  }

  /** That of the host itself, else of a wildcard for it, else the one that nobody trusts. */
  contextFor(host: string): SecureContext {
    const name = host.toLowerCase();
    const dot = name.indexOf(".");
    const wildcard = dot < 0 ? undefined : this.#named.get(`*${name.slice(dot)}`);
    return this.#contextOf(this.#named.get(name) ?? wildcard ?? this.#fallback);
  }

  #contextOf(certificate: Certificate): SecureContext {
    const known = this.#contexts.get(certificate);
    if (known !== undefined) return known;
    const context = createSecureContext({ cert: certificate.certificate, key: certificate.key });
    this.#contexts.set(certificate, context);
    return context;
  }
}
