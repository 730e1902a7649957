import { z } from "zod";
import { claimProblem } from "./claim-problem.js";
import { MAX_PERSON_NAME, personName } from "../../workshop/common/person-name.js";
import { ServerError, serverErrorCodes } from "../errors.js";
import { type LtiPlatform, originsOf } from "./lti-config.js";

/** What claims of LTI begin with. */
export const CLAIM = "https://purl.imsglobal.org/spec/lti/claim";
const AGS = "https://purl.imsglobal.org/spec/lti-ags";
export const SCORE_SCOPE = `${AGS}/scope/score`;
const MEMBERSHIP = "http://purl.imsglobal.org/vocab/lis/v2/membership#";
/** Who teaches in the course; a mentor is somebody's parent or adviser, and sees no course. */
const TEACHING = ["Instructor", "ContentDeveloper", "Administrator"];
/** In the long form and the short one that the standard still allows. */
export const TEACHES: ReadonlySet<string> = new Set(TEACHING.flatMap((role) => [role, MEMBERSHIP + role]));
/** What names of events that links have made begin with; nobody else makes or names one. */
export const LINK_EVENT = "lti-";

/** Somebody whom a platform has sent here, and what for. */
export interface Launch {
  platform: LtiPlatform;
  subject: string;
  name: string;
  teaches: boolean;
  deployment: string;
  /** The link of the course; another one in each place it stands. */
  link: string;
  /** What it leads to. */
  target: { lab: string } | { event: string };
  /** Where scores go; absent where the platform wants none. */
  lineItem?: string;
  /** Whence the platform wants scores to go where that is none of its registered origins: nothing is told there. */
  foreignScores?: string;
}

const claims = z.object({
  sub: z.string().min(1).max(255),
  name: z.string().max(10_000).optional(),
  given_name: z.string().max(10_000).optional(),
  [`${CLAIM}/message_type`]: z.literal("LtiResourceLinkRequest"),
  [`${CLAIM}/version`]: z.literal("1.3.0"),
  [`${CLAIM}/deployment_id`]: z.string().min(1).max(1_000),
  [`${CLAIM}/target_link_uri`]: z.url(),
  [`${CLAIM}/resource_link`]: z.object({ id: z.string().min(1).max(1_000) }),
  [`${CLAIM}/roles`]: z.array(z.string().max(1_000)).max(100),
  [`${CLAIM}/custom`]: z.record(z.string(), z.unknown()).optional(),
  [`${AGS}/claim/endpoint`]: z
    .object({ scope: z.array(z.string()).optional(), lineitem: z.string().max(2_000).optional() })
    .optional(),
});

/** Reads the claims of a token whose signature, audience and times were found good. Throws SERVER_LTI_REFUSED. */
export function launchOf(platform: LtiPlatform, payload: unknown): Launch {
  const parsed = claims.safeParse(payload);
  if (!parsed.success) {
    throw refused(`The launch of ${platform.name} is none that can be used: ${claimProblem(parsed.error)}`);
  }
  const found = parsed.data;
  const deployment = found[`${CLAIM}/deployment_id`];
  if (!platform.deployments.includes(deployment))
    throw refused(`The deployment "${deployment.slice(0, 100)}" of ${platform.name} is not registered here.`);
  return {
    platform,
    subject: found.sub,
    name: nameOf(found),
    teaches: found[`${CLAIM}/roles`].some((role) => TEACHES.has(role)),
    deployment,
    link: found[`${CLAIM}/resource_link`].id,
    target: targetOf(found[`${CLAIM}/custom`], new URL(found[`${CLAIM}/target_link_uri`]).searchParams),
    ...scoresTo(platform, found[`${AGS}/claim/endpoint`]),
  };
}

interface LineItems {
  scope?: string[] | undefined;
  lineitem?: string | undefined;
}

/** Nothing but origins that the operator has named is ever asked, whatever a token says. */
function scoresTo(
  platform: LtiPlatform,
  endpoint: LineItems | undefined,
): Pick<Launch, "lineItem" | "foreignScores"> {
  const { scope = [], lineitem } = endpoint ?? {};
  if (lineitem === undefined || !scope.includes(SCORE_SCOPE) || !URL.canParse(lineitem)) return {};
  const { origin, protocol, username, password } = new URL(lineitem);
  // `blob:` has the origin of what it was made in, and no request can be made with credentials in its address.
  const isPlain = /^https?:$/.test(protocol) && username === "" && password === "";
  if (isPlain && originsOf(platform).includes(origin)) return { lineItem: lineitem };
  return { foreignScores: origin };
}

function targetOf(custom: Record<string, unknown> = {}, query: URLSearchParams): Launch["target"] {
  for (const kind of ["event", "lab"] as const) {
    const name = custom[kind] ?? query.get(kind);
    if (typeof name === "string" && /^[\w.-]{1,63}$/.test(name))
      return kind === "event" ? { event: name } : { lab: name };
  }
  throw refused(
    "The link of the course names no lab: give it the custom parameter lab=NAME, or event=NAME, as docs/teach.md says.",
  );
}

function nameOf({
  name,
  given_name: given,
}: {
  name?: string | undefined;
  given_name?: string | undefined;
}): string {
  for (const one of [name, given]) {
    const usable = personName(one ?? "").slice(0, MAX_PERSON_NAME);
    if (/[\p{L}\p{N}]/u.test(usable)) return usable;
  }
  return "No name";
}

/** Said to whom a platform has sent here. */
export function refused(message: string, cause?: unknown): ServerError {
  return new ServerError(serverErrorCodes.ltiRefused, message, cause);
}
