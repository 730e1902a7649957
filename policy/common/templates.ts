import type { Recipe } from "./manifest.js";

/** The image registry templates by recipe, as the form and `tmc policy templates list` show them, in the order of their lists. */
export const TEMPLATES: Record<Recipe, { name: string; hint: string; takesRules: boolean }> = {
  "allowed-name-tag": {
    name: "Name-Tag allowlist",
    hint: "Only images whose name and tag fit one of the rules may run.",
    takesRules: true,
  },
  "block-latest-tag": {
    name: "Block latest tag",
    hint: "Images with the tag latest, written or left out, are refused.",
    takesRules: false,
  },
  custom: {
    name: "Custom",
    hint: "Block or allow images by any mix of host, port, name, tag and digest.",
    takesRules: true,
  },
  "require-digest": {
    name: "Require Digest",
    hint: "Images without a digest (name@sha256:...) are refused.",
    takesRules: false,
  },
  "require-signature": {
    name: "Require Signature",
    hint: "Images without a digest that somebody trusted has signed are refused, unknown ones as well.",
    takesRules: false,
  },
};

export const RECIPES = Object.keys(TEMPLATES) as Recipe[];
