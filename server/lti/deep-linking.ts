import { randomUUID } from "node:crypto";
import { z } from "zod";
import { claimProblem } from "./claim-problem.js";
import type { LabSummary } from "../../workshop/common/api.js";
import { CLAIM, TEACHES, refused } from "./launch-claims.js";
import { type LtiPlatform, originsOf } from "./lti-config.js";

const SETTINGS = "https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings";
const DATA = "https://purl.imsglobal.org/spec/lti-dl/claim/data";
const ITEMS = "https://purl.imsglobal.org/spec/lti-dl/claim/content_items";
const LINK = "ltiResourceLink";
/** What a new column of a gradebook counts to; scores are told as parts of all steps, which platforms turn into it. */
const COLUMN_POINTS = 100;

/** Somebody who makes a course, and was sent here to choose the lab that a link of it leads to (LTI Deep Linking 2.0). */
export interface LabChoice {
  platform: LtiPlatform;
  deployment: string;
  /** Where the browser brings what was chosen. */
  returnUrl: string;
  /** What the platform wants back as it was. */
  data?: string;
  wantsColumn: boolean;
}

const claims = z.object({
  [`${CLAIM}/version`]: z.literal("1.3.0"),
  [`${CLAIM}/deployment_id`]: z.string().min(1).max(1_000),
  [`${CLAIM}/roles`]: z.array(z.string().max(1_000)).max(100),
  [SETTINGS]: z.object({
    deep_link_return_url: z.string().max(4_000),
    accept_types: z.array(z.string().max(100)).max(100),
    accept_lineitem: z.boolean().optional(),
    data: z.string().max(8_000).optional(),
  }),
});

/** Whether a token asks for a choice and launches nothing. */
export function asksForChoice(payload: Record<string, unknown>): boolean {
  return payload[`${CLAIM}/message_type`] === "LtiDeepLinkingRequest";
}

/** Reads the claims of a token whose signature, audience and times were found good. Throws SERVER_LTI_REFUSED. */
export function choiceOf(platform: LtiPlatform, payload: unknown): LabChoice {
  const parsed = claims.safeParse(payload);
  if (!parsed.success) {
    throw refused(`What ${platform.name} asks for is none that can be used: ${claimProblem(parsed.error)}`);
  }
  const { [SETTINGS]: settings, ...found } = parsed.data;
  const deployment = found[`${CLAIM}/deployment_id`];
  if (!platform.deployments.includes(deployment))
    throw refused(`The deployment "${deployment.slice(0, 100)}" of ${platform.name} is not registered here.`);
  if (!found[`${CLAIM}/roles`].some((role) => TEACHES.has(role)))
    throw refused("Only who teaches in a course chooses the labs of its links.");
  if (!settings.accept_types.includes(LINK))
    throw refused(
      `${platform.name} takes no links to tools here. Choose Lectern where a link or an assignment is added.`,
    );
  return {
    platform,
    deployment,
    returnUrl: returnUrlOf(platform, settings.deep_link_return_url),
    ...(settings.data !== undefined && { data: settings.data }),
    wantsColumn: settings.accept_lineitem !== false,
  };
}

/** Nobody but the platform is brought what is signed for it, whatever a token says. */
function returnUrlOf(platform: LtiPlatform, url: string): string {
  if (URL.canParse(url)) {
    const { origin, protocol, username, password, href } = new URL(url);
    const isPlain = /^https?:$/.test(protocol) && username === "" && password === "";
    if (isPlain && originsOf(platform).includes(origin)) return href;
  }
  throw refused(
    `${platform.name} wants what is chosen at an address that is not registered as its own. Whoever runs Lectern can name its origin in the file of --lti, where it is the platform's.`,
  );
}

/** What the platform is told, to be signed: the link to the lab, or that nothing was chosen. */
export function choiceAnswer(
  { deployment, data, wantsColumn }: LabChoice,
  { lab, launchUrl }: { lab: LabSummary | undefined; launchUrl: string },
): Record<string, unknown> {
  return {
    nonce: randomUUID(),
    [`${CLAIM}/message_type`]: "LtiDeepLinkingResponse",
    [`${CLAIM}/version`]: "1.3.0",
    [`${CLAIM}/deployment_id`]: deployment,
    ...(data !== undefined && { [DATA]: data }),
    [ITEMS]: lab === undefined ? [] : [linkTo(lab, launchUrl, wantsColumn)],
  };
}

function linkTo({ name, title, description }: LabSummary, url: string, wantsColumn: boolean): object {
  return {
    type: LINK,
    title,
    ...(description !== "" && { text: description }),
    url,
    custom: { lab: name },
    window: { targetName: "_blank" },
    ...(wantsColumn && { lineItem: { label: title, resourceId: name, scoreMaximum: COLUMN_POINTS } }),
  };
}
