import type { PolicyException } from "./exception.js";
import type { Effect, ImageRule, Recipe } from "./manifest.js";
import type { ImageReference } from "./reference.js";

/** Where a policy was set: on the organization itself or on one of its workspaces. */
export type PolicyOrigin =
  | { kind: "organization"; organization: string }
  | { kind: "workspace"; organization: string; workspace: string };

export type RuleField = "hostname" | "port" | "imageName" | "tag" | "requireDigest" | "signature";

/** How one field of a rule fared against one image. */
export interface FieldVerdict {
  field: RuleField;
  /** The pattern as the author wrote it. */
  pattern: string;
  /** What the image has there, as the rule sees it; empty where it has nothing. */
  actual: string;
  matched: boolean;
  /** In words, such as `the host is quay.io, not harbor.example.com`. */
  text: string;
}

export interface RuleVerdict {
  rule: ImageRule;
  matched: boolean;
  fields: FieldVerdict[];
}

export interface PolicyVerdict {
  name: string;
  origin: PolicyOrigin;
  recipe: Recipe;
  effect: Effect;
  /** A policy on dry run reports and never refuses. */
  audit: boolean;
  passed: boolean;
  /** What lets it pass although the policy refuses it. */
  exception?: PolicyException;
  /** What the policy demands, one sentence. */
  meaning: string;
  /** Why this image passed or failed, one sentence. */
  reason: string;
  /** What would make it pass; absent where it passed. */
  advice?: string;
  /** What registries told that is no reason to refuse it, one sentence: its tag was moved. */
  warning?: string;
  rules: RuleVerdict[];
}

/** What the policies of a namespace say to one image. */
export interface ImageVerdict {
  image: string;
  /** The parts of the reference; absent where it is not one. */
  reference?: ImageReference;
  /** Why the text is no image reference. */
  problem?: string;
  /** No policy that is not on dry run refuses it. */
  allowed: boolean;
  policies: PolicyVerdict[];
}
