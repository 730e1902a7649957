import type { AccessAttributes, Authorizer } from "../../auth/access.js";
import { serviceAccountGroups, serviceAccountUser } from "../../auth/service-account-user.js";
import type { UserInfo } from "../../api/service.js";
import type { CelLibrary } from "./library.js";
import { registerAll } from "./library.js";

const PREFIX = "kubernetes.authorization";

type ResourceAttributes = NonNullable<AccessAttributes["resource"]>;

class CelDecision {
  readonly isAllowed: boolean;
  readonly reason: string;

  constructor({ allowed, reason }: { allowed: boolean; reason: string }) {
    this.isAllowed = allowed;
    this.reason = reason;
  }
}

class ResourceCheck {
  readonly authorizer: Authorizer;
  readonly user: UserInfo;
  readonly resource: ResourceAttributes;

  constructor(authorizer: Authorizer, user: UserInfo, resource: ResourceAttributes) {
    this.authorizer = authorizer;
    this.user = user;
    this.resource = resource;
  }

  with(part: Partial<ResourceAttributes>): ResourceCheck {
    return new ResourceCheck(this.authorizer, this.user, { ...this.resource, ...part });
  }

  check(verb: string): CelDecision {
    return new CelDecision(this.authorizer.authorize({ user: this.user, verb, resource: this.resource }));
  }
}

class GroupCheck {
  readonly owner: CelAuthorizer;
  readonly group: string;

  constructor(owner: CelAuthorizer, group: string) {
    this.owner = owner;
    this.group = group;
  }
}

class PathCheck {
  readonly owner: CelAuthorizer;
  readonly path: string;

  constructor(owner: CelAuthorizer, path: string) {
    this.owner = owner;
    this.path = path;
  }
}

/** The value of `authorizer` in an expression: asks what `user`, or a service account, may do. */
export class CelAuthorizer {
  readonly authorizer: Authorizer;
  readonly user: UserInfo;
  readonly requestResource: ResourceCheck;

  constructor(authorizer: Authorizer, user: UserInfo, resource: ResourceAttributes) {
    this.authorizer = authorizer;
    this.user = user;
    this.requestResource = new ResourceCheck(authorizer, user, resource);
  }
}

/** The `authorizer` value of Kubernetes' admission expressions. */
export const authorizerLibrary: CelLibrary = (environment) => {
  const [authorizer, group, resource, path, decision] = [
    "Authorizer",
    "GroupCheck",
    "ResourceCheck",
    "PathCheck",
    "Decision",
  ].map((name) => `${PREFIX}.${name}`);
  environment
    .registerType(`${decision}`, CelDecision)
    .registerType(`${path}`, PathCheck)
    .registerType(`${group}`, GroupCheck)
    .registerType(`${resource}`, ResourceCheck)
    .registerType(`${authorizer}`, { ctor: CelAuthorizer, fields: { requestResource: `${resource}` } });
  registerAll(environment, {
    [`${authorizer}.path(string): ${path}`]: (owner: CelAuthorizer, text: string) =>
      new PathCheck(owner, text),
    [`${authorizer}.group(string): ${group}`]: (owner: CelAuthorizer, name: string) =>
      new GroupCheck(owner, name),
    [`${authorizer}.serviceAccount(string, string): ${authorizer}`]: asServiceAccount,
    [`${path}.check(string): ${decision}`]: checkPath,
    [`${group}.resource(string): ${resource}`]: ({ owner, group: name }: GroupCheck, plural: string) =>
      new ResourceCheck(owner.authorizer, owner.user, { group: name, resource: plural }),
    [`${resource}.subresource(string): ${resource}`]: (check: ResourceCheck, subresource: string) =>
      check.with({ subresource }),
    [`${resource}.namespace(string): ${resource}`]: (check: ResourceCheck, namespace: string) =>
      check.with({ namespace }),
    [`${resource}.name(string): ${resource}`]: (check: ResourceCheck, name: string) => check.with({ name }),
    [`${resource}.check(string): ${decision}`]: (check: ResourceCheck, verb: string) => check.check(verb),
    [`${decision}.allowed(): bool`]: ({ isAllowed }: CelDecision) => isAllowed,
    [`${decision}.reason(): string`]: ({ reason }: CelDecision) => reason,
    [`${decision}.errored(): bool`]: () => false,
    [`${decision}.error(): string`]: () => "",
  });
};

function asServiceAccount(
  { authorizer, requestResource }: CelAuthorizer,
  namespace: string,
  name: string,
): CelAuthorizer {
  const groups = [...serviceAccountGroups(namespace), "system:authenticated"];
  const user = { name: serviceAccountUser(namespace, name), groups };
  return new CelAuthorizer(authorizer, user, requestResource.resource);
}

function checkPath({ owner, path }: PathCheck, verb: string): CelDecision {
  return new CelDecision(owner.authorizer.authorize({ user: owner.user, verb, path }));
}
