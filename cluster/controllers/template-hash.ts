import { canonicalJson } from "./json-equality.js";
import type { PodTemplate } from "./object-kinds.js";

export const TEMPLATE_HASH = "pod-template-hash";

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;
/** Kubernetes' letters for generated names: no vowels, so that no words come out. */
const SAFE_LETTERS = "bcdfghjklmnpqrstvwxz2456789";

/** A short name part that differs when the template (or the count of collisions so far) does. */
export function hashTemplate(template: unknown, collisionCount = 0): string {
  let hash = FNV_OFFSET;
  for (const byte of Buffer.from(`${canonicalJson(template)}${collisionCount || ""}`)) {
    hash = Math.imul(hash ^ byte, FNV_PRIME) >>> 0;
  }
  return Array.from(String(hash), (digit) => SAFE_LETTERS[digit.charCodeAt(0) % SAFE_LETTERS.length]).join(
    "",
  );
}

/** True when two pod templates differ at most in the hash label. */
export function isSameTemplate(a: PodTemplate, b: PodTemplate): boolean {
  return canonicalJson(withoutHash(a)) === canonicalJson(withoutHash(b));
}

function withoutHash(template: PodTemplate): PodTemplate {
  const { [TEMPLATE_HASH]: _, ...labels } = template.metadata?.labels ?? {};
  return { ...template, metadata: { ...template.metadata, labels } };
}
