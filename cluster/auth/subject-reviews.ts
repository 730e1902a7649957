import type { HandlerRequest, VirtualResource } from "../api/handlers.js";
import type { ApiObject } from "../api/object.js";
import type { UserInfo } from "../api/service.js";
import { badRequest } from "../api/status.js";
import type { Authenticator } from "./access.js";
import { PRIVILEGED_GROUP } from "./rbac-authorizer.js";
import type { RbacIndex } from "./rbac-index.js";
import type { PolicyRule } from "./rbac-rule.js";
import type { ServiceAccountTokens } from "./service-account-tokens.js";

export interface SubjectReviewOptions {
  index: RbacIndex;
  authenticator: Authenticator;
  tokens: ServiceAccountTokens;
}

/** The reviews that say who somebody is and what they may do: SelfSubjectRulesReview, SelfSubjectReview, TokenReview. */
export function createSubjectReviews(options: SubjectReviewOptions): VirtualResource[] {
  return [
    {
      group: "authorization.k8s.io",
      version: "v1",
      resource: "selfsubjectrulesreviews",
      create: (request) => reviewRules(options.index, request),
    },
    {
      group: "authentication.k8s.io",
      version: "v1",
      resource: "selfsubjectreviews",
      create: ({ body, user }) => ({
        ...body,
        metadata: { creationTimestamp: new Date().toISOString().replace(/\.\d+/, "") },
        status: { userInfo: userInfo(user) },
      }),
    },
    {
      group: "authentication.k8s.io",
      version: "v1",
      resource: "tokenreviews",
      create: (request) => reviewToken(options, request.body),
    },
  ];
}

const EVERYTHING: PolicyRule[] = [
  { verbs: ["*"], apiGroups: ["*"], resources: ["*"] },
  { verbs: ["*"], nonResourceURLs: ["*"] },
];

function reviewRules(index: RbacIndex, { body, user }: HandlerRequest): ApiObject {
  const { namespace } = (body["spec"] ?? {}) as { namespace?: string };
  if (!namespace) throw badRequest("no namespace on request");
  const missing: string[] = [];
  const applied = [...index.rulesFor(user, namespace, (text) => missing.push(text))].map(({ rule }) => rule);
  const rules = user.groups.includes(PRIVILEGED_GROUP) ? [...EVERYTHING, ...applied] : applied;
  const withResources = rules.filter(({ resources }) => resources?.length);
  const withUrls = rules.filter(({ nonResourceURLs }) => nonResourceURLs?.length);
  return {
    ...body,
    metadata: {},
    spec: {},
    status: {
      resourceRules: withResources.map(({ verbs, apiGroups, resources, resourceNames }) => ({
        verbs,
        apiGroups,
        resources,
        ...(resourceNames && { resourceNames }),
      })),
      nonResourceRules: withUrls.map(({ verbs, nonResourceURLs }) => ({ verbs, nonResourceURLs })),
      incomplete: false,
      ...(missing.length > 0 && { evaluationError: missing.join(", ") }),
    },
  };
}

async function reviewToken(options: SubjectReviewOptions, body: ApiObject): Promise<ApiObject> {
  const { token, audiences } = (body["spec"] ?? {}) as { token?: string; audiences?: string[] };
  if (!token) throw badRequest("token is required for TokenReview in authentication");
  const wanted = audiences?.length ? audiences : [options.tokens.issuer];
  const account = options.tokens.authenticate(token, wanted);
  const known = account ?? (await administrator(options, token, wanted));
  const status = known
    ? { authenticated: true, user: userInfo(known.user), audiences: known.audiences }
    : { user: {}, error: "invalid bearer token" };
  return { ...body, metadata: {}, status };
}

/** The administrator's token carries no audiences of its own: it is good for the API server's only. */
async function administrator(
  { authenticator, tokens }: SubjectReviewOptions,
  token: string,
  wanted: string[],
): Promise<{ user: UserInfo; audiences: string[] } | undefined> {
  const audiences = wanted.filter((audience) => audience === tokens.issuer);
  if (audiences.length === 0) return undefined;
  const user = await authenticator.authenticate(token);
  return user && { user, audiences };
}

function userInfo({ name, uid, groups, extra }: UserInfo): object {
  return { username: name, ...(uid && { uid }), groups, ...(extra && { extra }) };
}
