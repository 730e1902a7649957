import { kubectlWords } from "./old-kubectl.js";

/** A command that asks for a Deployment where `kubectl run` made one once, and makes a pod today. */
export interface LostDeployment {
  /** Which of the texts, from 0. */
  text: number;
  name: string;
}

const KIND = /^(?:deploy|deployments?)(?:\.apps)?$/i;
const BY_NAME = /^(?:deploy|deployments?)(?:\.apps)?\/(.{1,253})$/i;

/**
 * The commands, of texts in their order, that ask for the Deployment of a name which `kubectl run` has been given before, and no
 * `kubectl create deployment`. Whether a manifest makes it is for the caller to look at.
 */
export function lostDeployments(texts: readonly string[]): LostDeployment[] {
  const run = new Set<string>();
  const made = new Set<string>();
  const lost: LostDeployment[] = [];
  for (const [text, commands] of texts.map(kubectlWords).entries())
    for (const [verb = "", ...names] of commands) {
      const asked = deploymentsIn(names);
      if (verb === "run" && names[0] !== undefined) run.add(names[0]);
      else if (verb === "create") for (const name of asked) made.add(name);
      else for (const name of asked) if (run.has(name) && !made.has(name)) lost.push({ text, name });
    }
  return lost;
}

/** `deployment/web`, or `deployment web`. */
function deploymentsIn(names: readonly string[]): string[] {
  return names.flatMap((name, at) => {
    const after = KIND.test(name) ? names[at + 1] : undefined;
    return BY_NAME.exec(name)?.[1] ?? after ?? [];
  });
}
