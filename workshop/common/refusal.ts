/** One policy's objection to one container, read from what the API server said. */
export interface Refusal {
  policy: string;
  container?: string;
  image?: string;
  /** A sentence for a learner. */
  text: string;
}

/** `[POLICY] container <NAME> has an invalid image reference <IMAGE>`, the words platform teams know from Tanzu Mission Control. */
const BRACKETED = /\[(?:denied by )?([^\]\s]+)\][^[]*?container <([^>]+)>[^[<]*<([^>]+)>/g;
/** `policy NAME ... container NAME ... image NAME`, each name bare or quoted. */
const SPOKEN =
  /\bpolicy ["'`]?([a-z0-9][a-z0-9.-]*)["'`]?[^;]*?\bcontainer ["'`]?([a-z0-9][a-z0-9-]*)["'`]?[^;]*?\bimage ["'`]?([^\s"'`;,]+)["'`]?/g;

/** Finds every policy that a refusal names, with the container and the image it refused; empty where the message is no refusal by an image policy. */
export function explainRefusal(message: string): Refusal[] {
  const found = [...message.matchAll(BRACKETED)].map((match) =>
    refusal(shortPolicyName(match[1] ?? ""), match[2], match[3]),
  );
  if (found.length > 0) return found;
  return [...message.matchAll(SPOKEN)].map((match) => refusal(match[1] ?? "", match[2], match[3]));
}

/** `tmc.wsp.NAMESPACE.POLICY` names its policy last. */
function shortPolicyName(name: string): string {
  return /^tmc\.wsp\.[^.]+\.(.+)$/.exec(name)?.[1] ?? name;
}

function refusal(policy: string, container: string | undefined, image: string | undefined): Refusal {
  return {
    policy,
    ...(container ? { container } : {}),
    ...(image ? { image } : {}),
    text: `Policy ${policy} refused container ${container ?? "?"} because of its image ${image ?? "?"}.`,
  };
}
