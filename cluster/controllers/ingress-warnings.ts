import { LRUCache } from "lru-cache";
import type { ApiService } from "../api/service.js";
import { TLS_ANNOTATIONS, tlsProblems } from "../node/ingress-tls.js";
import { REWRITE, rewriteOf } from "../node/network-ingress.js";
import type { EventRecorder } from "./event-recorder.js";
import { nameOf } from "./object-keys.js";
import type { Ingress } from "./object-kinds.js";
import { ingressClasses, secrets } from "./resource-refs.js";

/** What ingress-nginx has annotations for, and this does not do. */
const ANNOTATIONS = "nginx.ingress.kubernetes.io/";
/** Ingresses that it is remembered of what they were told. */
const MOST_TOLD = 1000;

/** Says at an Ingress, as events, what of it is not as it asks. */
export class IngressWarnings {
  readonly #api: Pick<ApiService, "find" | "list">;
  readonly #recorder: Pick<EventRecorder, "record">;
  /** Classes that nobody serves, of the Ingresses that were told so. */
  readonly #unserved = new LRUCache<string, string>({ max: MOST_TOLD });
  /** What was told of the certificates of an Ingress, and is still so. */
  readonly #ofTls = new LRUCache<string, readonly string[]>({ max: MOST_TOLD });

  constructor(api: Pick<ApiService, "find" | "list">, recorder: Pick<EventRecorder, "record">) {
    this.#api = api;
    this.#recorder = recorder;
  }

  /** Once for each class that an Ingress has had. */
  tellUnserved(ingress: Ingress, name: string | undefined): void {
    const uid = ingress.metadata.uid ?? "";
    if (name === undefined || this.#unserved.get(uid) === name) return;
    if (this.#api.find(ingressClasses, { name }) !== undefined) return;
    this.#unserved.set(uid, name);
    const known = this.#api.list(ingressClasses).map(nameOf);
    this.#warn(
      ingress,
      `Nobody serves it: there is no IngressClass ${JSON.stringify(name)}; there ${known.length === 1 ? "is" : "are"} ${known.join(", ") || "none"}`,
    );
  }

  /** Each once, until it is mended: Secrets come, go and break after their Ingress. */
  tellOfTls(ingress: Ingress): void {
    const uid = ingress.metadata.uid ?? "";
    const told = this.#ofTls.get(uid) ?? [];
    const problems = tlsProblems(ingress, (location) => this.#api.find(secrets, location));
    if (problems.length > 0) this.#ofTls.set(uid, problems);
    else this.#ofTls.delete(uid);
    for (const problem of problems) if (!told.includes(problem)) this.#warn(ingress, problem);
  }

  tellWithoutEffect(ingress: Ingress): void {
    const lost = withoutEffect(ingress);
    if (lost.length > 0) this.#warn(ingress, `Lectern's stand-in does nothing for ${lost.join(", ")}`);
  }

  #warn(ingress: Ingress, message: string): void {
    this.#recorder.record(ingress, { type: "Warning", reason: "NotHonoured", message });
  }
}

function withoutEffect(ingress: Ingress): string[] {
  const { metadata } = ingress;
  const annotations = Object.entries(metadata.annotations ?? {}).filter(
    ([name]) =>
      name.startsWith(ANNOTATIONS) &&
      !TLS_ANNOTATIONS.includes(name) &&
      !(name === REWRITE && rewriteOf(ingress) !== undefined),
  );
  return annotations.map(([name]) => `the annotation ${name}`);
}
