import { Environment } from "@marcbachmann/cel-js";

import { authorizerLibrary } from "./authorizer-library.js";
import { coreLibrary } from "./core-library.js";
import { formatLibrary } from "./format-library.js";
import { ipLibrary } from "./ip-library.js";
import { listsLibrary } from "./lists-library.js";
import { optionalLibrary } from "./optional-library.js";
import { quantityLibrary } from "./quantity-library.js";
import { semverLibrary } from "./semver-library.js";
import { setsLibrary } from "./sets-library.js";
import { stringsLibrary } from "./strings-library.js";
import { urlLibrary } from "./url-library.js";

/** What an expression may name, besides `object`, `oldObject`, `request`, `namespaceObject` and `variables`. */
export interface Declarations {
  hasParams: boolean;
  hasAuthorizer: boolean;
}

export const AUTHORIZER_TYPE = "kubernetes.authorization.Authorizer";
const ALWAYS = ["object", "oldObject", "request", "namespaceObject", "variables"];

/** Nodes are those of the printed form, which is deeper than the author's: every operator is in parentheses. */
const LIMITS = {
  maxAstNodes: 20_000,
  maxDepth: 600,
  maxListElements: 2000,
  maxMapEntries: 500,
  maxCallArguments: 32,
};

const environments = new Map<string, Environment>();

/** The environment of admission expressions in Kubernetes 1.35, one per set of declarations. */
export function admissionEnvironment(declarations: Declarations): Environment {
  const key = JSON.stringify(declarations);
  const known = environments.get(key);
  if (known) return known;
  const environment = plainEnvironment();
  for (const name of ALWAYS) environment.registerVariable(name, "dyn");
  if (declarations.hasParams) environment.registerVariable("params", "dyn");
  if (declarations.hasAuthorizer) environment.registerVariable("authorizer", AUTHORIZER_TYPE);
  environments.set(key, environment);
  return environment;
}

/** The functions of expressions in Kubernetes 1.35, and no variables yet. */
export function plainEnvironment(): Environment {
  return base().clone();
}

let shared: Environment | undefined;

function base(): Environment {
  if (shared) return shared;
  shared = new Environment({
    unlistedVariablesAreDyn: false,
    // Kubernetes compares literals strictly only where no part is dynamic; the library would refuse `dyn` beside `string`.
    homogeneousAggregateLiterals: false,
    enableOptionalTypes: true,
    limits: LIMITS,
  });
  for (const library of [
    coreLibrary,
    optionalLibrary,
    stringsLibrary,
    listsLibrary,
    setsLibrary,
    urlLibrary,
    ipLibrary,
    quantityLibrary,
    formatLibrary,
    semverLibrary,
    authorizerLibrary,
  ]) {
    library(shared);
  }
  return shared;
}
