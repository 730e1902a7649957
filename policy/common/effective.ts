import type { PolicySpec } from "./manifest.js";
import type { PolicyOrigin } from "./verdict.js";

/** A policy as it bears on one namespace. */
export interface EffectivePolicy {
  name: string;
  origin: PolicyOrigin;
  /** Set on an ancestor of the node asked about: for a namespace always, for a workspace when it comes from the organization. */
  spec: PolicySpec;
}
