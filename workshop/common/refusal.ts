/** One policy's objection to one container, read from what the API server said. */
export interface Refusal {
  policy: string;
  container: string;
  image: string;
  /** A sentence for a learner. */
  text: string;
}

/** Text of the note beside a command whose output shows a refusal; what was refused is its detail. */
export const REFUSAL_NOTE = "An image policy refused a pod";

/** 16 KiB: a denial is shorter; what follows is other output. */
const MAX_CHARACTERS = 16 * 1024;
/** `[POLICY] container <NAME> image <IMAGE>, ...: why; [POLICY] ...`; `denied by` and `has an invalid image reference` are words of Tanzu Mission Control. */
const POLICY = /\[(?:denied by )?([a-z0-9][a-z0-9.-]*)\] ((?:[a-z]+ )?(?:container|volume) <[^\n[]*)/g;
const CONTAINER = /(?:container|volume) <([^>\n]+)>[^<\n]*<([^>\n]+)>/g;

/** Finds every policy that a refusal names, with each container and image it refused; empty where the text is no refusal by an image policy. */
export function explainRefusal(text: string): Refusal[] {
  return [...text.slice(-MAX_CHARACTERS).matchAll(POLICY)].flatMap(([, policy = "", objection = ""]) =>
    [...objection.matchAll(CONTAINER)].map(([, container = "", image = ""]) =>
      refusal(shortName(policy), container, image, reasonIn(objection)),
    ),
  );
}

/** `tmc.wsp.NAMESPACE.POLICY` names its policy last. */
function shortName(policy: string): string {
  return /^tmc\.wsp\.[^.]+\.(.+)$/.exec(policy)?.[1] ?? policy;
}

function reasonIn(objection: string): string {
  return /^[^\n]*>(?: \([^)]*\))?: ([^;\n]+)/.exec(objection)?.[1]?.trim() ?? "";
}

function refusal(policy: string, container: string, image: string, reason: string): Refusal {
  const why = reason === "" ? "." : `: ${reason}.`;
  return {
    policy,
    container,
    image,
    text: `Policy ${policy} refused the image ${image} of container ${container}${why}`,
  };
}
