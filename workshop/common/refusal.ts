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

/**
 * Finds every policy that a refusal names, with each container and image it refused; empty where the text is no refusal by an
 * image policy. A refusal reads `[POLICY] container <NAME> image <IMAGE>, ...: why; [POLICY] ...`; every character is looked at a
 * fixed number of times, since commands and events print what they like.
 */
export function explainRefusal(text: string): Refusal[] {
  return text
    .slice(-MAX_CHARACTERS)
    .split("\n")
    .flatMap((line) => line.split("[").slice(1))
    .flatMap(readObjection);
}

/** Words of Tanzu Mission Control before a policy's name. */
const DENIED_BY = "denied by ";
const POLICY_NAME = /^[a-z0-9][a-z0-9.-]*$/;
/** `container <`, `init container <`, `volume <`. */
const SUBJECT = /^(?:[a-z]+ )?(?:container|volume) </;

function readObjection(part: string): Refusal[] {
  const close = part.indexOf("] ");
  const written = part.slice(0, Math.max(close, 0));
  const policy = written.startsWith(DENIED_BY) ? written.slice(DENIED_BY.length) : written;
  const objection = part.slice(close + 2);
  if (!POLICY_NAME.test(policy) || !SUBJECT.test(objection)) return [];
  const reason = reasonIn(objection);
  return subjectsIn(objection).map(({ container, image }) =>
    refusal(shortName(policy), { container, image, reason }),
  );
}

/** Every `container <NAME> ... <IMAGE>`; what stands in brackets otherwise is part of neither. */
function subjectsIn(objection: string): { container: string; image: string }[] {
  const found: { container: string; image: string }[] = [];
  let container: string | undefined;
  let from = 0;
  for (;;) {
    const open = objection.indexOf("<", from);
    const close = open < 0 ? -1 : objection.indexOf(">", open);
    if (close < 0) return found;
    const name = objection.slice(open + 1, close);
    const before = objection.slice(Math.max(from, open - "container ".length), open);
    if (container !== undefined) {
      found.push({ container, image: name });
      container = undefined;
    } else if (before.endsWith("container ") || before.endsWith("volume ")) container = name;
    from = close + 1;
  }
}

/** `tmc.wsp.NAMESPACE.POLICY` names its policy last. */
function shortName(policy: string): string {
  const [product, scope, , ...name] = policy.split(".");
  return product === "tmc" && scope === "wsp" && name.length > 0 ? name.join(".") : policy;
}

/** What follows the last `<...>: `, or the last `<...> (...): `, up to a semicolon. */
function reasonIn(objection: string): string {
  let close = -1;
  for (let at = objection.length - 1; at >= 0; at--) {
    if (objection[at] === ")") close = at;
    if (objection[at] !== ">") continue;
    const end = objection.startsWith(" (", at + 1) && close > at ? close + 1 : at + 1;
    if (objection.startsWith(": ", end)) return (objection.slice(end + 2).split(";", 1)[0] ?? "").trim();
  }
  return "";
}

function refusal(
  policy: string,
  { container, image, reason }: Omit<Refusal, "policy" | "text"> & { reason: string },
): Refusal {
  const why = reason === "" ? "." : `: ${reason}.`;
  return {
    policy,
    container,
    image,
    text: `Policy ${policy} refused the image ${image} of container ${container}${why}`,
  };
}
