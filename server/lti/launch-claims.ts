import { z } from "zod";
import { MAX_PERSON_NAME, personName } from "../../workshop/common/person-name.js";
import { ServerError, serverErrorCodes } from "../errors.js";
import type { LtiPlatform } from "./lti-config.js";

const CLAIM = "https://purl.imsglobal.org/spec/lti/claim";
const AGS = "https://purl.imsglobal.org/spec/lti-ags";
export const SCORE_SCOPE = `${AGS}/scope/score`;
/** Who teaches in the course; in the long form and the short one that the standard still allows. A mentor looks on at one learner, as parents do (Canvas names its observers so), and is nobody for all the others. */
const TEACHES = /^(?:.*\/membership#)?(?:Instructor|ContentDeveloper|Administrator)$/;

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
    const { path = [], message = "" } = parsed.error.issues[0] ?? {};
    throw refused(`The launch of ${platform.name} is none that can be used: ${path.join(".")}: ${message}.`);
  }
  const found = parsed.data;
  const deployment = found[`${CLAIM}/deployment_id`];
  if (!platform.deployments.includes(deployment))
    throw refused(`The deployment "${deployment.slice(0, 100)}" of ${platform.name} is not registered here.`);
  const lineItem = lineItemOf(platform, found[`${AGS}/claim/endpoint`]);
  return {
    platform,
    subject: found.sub,
    name: nameOf(found),
    teaches: found[`${CLAIM}/roles`].some((role) => TEACHES.test(role)),
    deployment,
    link: found[`${CLAIM}/resource_link`].id,
    target: targetOf(found[`${CLAIM}/custom`], new URL(found[`${CLAIM}/target_link_uri`]).searchParams),
    ...(lineItem === undefined ? {} : { lineItem }),
  };
}

interface LineItems {
  scope?: string[] | undefined;
  lineitem?: string | undefined;
}

/** Nothing but origins that the operator has named is ever asked, whatever a token says. */
function lineItemOf(
  { issuer, token, authorize }: LtiPlatform,
  endpoint: LineItems | undefined,
): string | undefined {
  const { scope = [], lineitem } = endpoint ?? {};
  if (lineitem === undefined || !scope.includes(SCORE_SCOPE) || !URL.canParse(lineitem)) return undefined;
  const origins = [issuer, token, authorize].map((url) => new URL(url).origin);
  return origins.includes(new URL(lineitem).origin) ? lineitem : undefined;
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
