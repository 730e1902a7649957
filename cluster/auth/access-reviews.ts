import type { HandlerRequest, VirtualResource } from "../api/handlers.js";
import type { ApiObject } from "../api/object.js";
import type { UserInfo } from "../api/service.js";
import type { FieldError } from "../api/status.js";
import { badRequest, invalid } from "../api/status.js";
import type { AccessAttributes, Authorizer } from "./access.js";

interface ResourceAttributes {
  namespace?: string;
  verb?: string;
  group?: string;
  resource?: string;
  subresource?: string;
  name?: string;
}

interface ReviewSpec {
  resourceAttributes?: ResourceAttributes;
  nonResourceAttributes?: { path?: string; verb?: string };
  user?: string;
  groups?: string[];
  uid?: string;
  extra?: Record<string, string[]>;
}

const GROUP = "authorization.k8s.io";

/** The three reviews that answer whether somebody may do one thing. */
export function createAccessReviews(authorizer: Authorizer): VirtualResource[] {
  return [
    review("selfsubjectaccessreviews", (request) => {
      refuse(specErrors(request.body));
      return answer(authorizer, request.body, request.user);
    }),
    review("subjectaccessreviews", (request) => {
      refuse([...specErrors(request.body), ...subjectErrors(request.body)]);
      return answer(authorizer, request.body, subjectOf(request.body));
    }),
    review("localsubjectaccessreviews", (request) => {
      const errors = [
        ...specErrors(request.body),
        ...subjectErrors(request.body),
        ...localErrors(request.body),
      ];
      refuse(errors);
      if (request.namespace !== namespaceOf(request.body)) {
        throw badRequest(`spec.resourceAttributes.namespace must match namespace: ${request.namespace}`);
      }
      return answer(authorizer, request.body, subjectOf(request.body));
    }),
  ];
}

function review(resource: string, create: (request: HandlerRequest) => ApiObject): VirtualResource {
  return { group: GROUP, version: "v1", resource, create };
}

function answer(authorizer: Authorizer, body: ApiObject, user: UserInfo): ApiObject {
  const { allowed, reason } = authorizer.authorize(attributesOf(specOf(body), user));
  const namespace = namespaceOf(body);
  return {
    ...body,
    metadata: namespace === undefined ? {} : { namespace },
    status: { allowed, ...(reason !== "" && { reason }) },
  };
}

function attributesOf(spec: ReviewSpec, user: UserInfo): AccessAttributes {
  const asked = spec.resourceAttributes;
  if (!asked) {
    const { verb = "", path = "" } = spec.nonResourceAttributes ?? {};
    return { user, verb, path };
  }
  const { verb = "", group = "", resource = "", subresource, namespace, name } = asked;
  return {
    user,
    verb,
    resource: {
      group,
      resource,
      ...(subresource && { subresource }),
      ...(namespace && { namespace }),
      ...(name && { name }),
    },
  };
}

function subjectOf(body: ApiObject): UserInfo {
  const { user = "", groups = [], uid, extra } = specOf(body);
  return { name: user, groups, ...(uid && { uid }), ...(extra && { extra }) };
}

/** Clients may leave `metadata` out of a review. */
function namespaceOf(body: Partial<ApiObject>): string | undefined {
  return body.metadata?.namespace;
}

function specOf(body: ApiObject): ReviewSpec {
  return body["spec"] ?? {};
}

function refuse(errors: FieldError[]): void {
  // The API names no kind here: its reviews carry none inside the server.
  if (errors.length > 0) throw invalid({ group: GROUP, kind: "" }, "", errors);
}

function specErrors(body: ApiObject): FieldError[] {
  const { resourceAttributes, nonResourceAttributes } = specOf(body);
  if (resourceAttributes && nonResourceAttributes) {
    const { path = "", verb = "" } = nonResourceAttributes;
    const value = JSON.stringify({ Path: path, Verb: verb });
    const why = "cannot be specified in combination with resourceAttributes";
    return [fieldError("spec.nonResourceAttributes", value, why)];
  }
  if (resourceAttributes || nonResourceAttributes) return [];
  const why = "exactly one of nonResourceAttributes or resourceAttributes must be specified";
  return [fieldError("spec.resourceAttributes", "null", why)];
}

function subjectErrors(body: ApiObject): FieldError[] {
  const { user, groups } = specOf(body);
  if (user || groups?.length) return [];
  return [fieldError("spec.user", '""', "at least one of user or group must be specified")];
}

function localErrors(body: ApiObject): FieldError[] {
  const { resourceAttributes, nonResourceAttributes } = specOf(body);
  const errors: FieldError[] = [];
  if (resourceAttributes && resourceAttributes.namespace !== namespaceOf(body)) {
    const value = JSON.stringify(resourceAttributes.namespace ?? "");
    errors.push(fieldError("spec.resourceAttributes.namespace", value, "must match metadata.namespace"));
  }
  if (nonResourceAttributes) {
    const value = JSON.stringify(nonResourceAttributes);
    errors.push(fieldError("spec.nonResourceAttributes", value, "disallowed on this kind of request"));
  }
  return errors;
}

function fieldError(field: string, value: string, why: string): FieldError {
  return { field, reason: "FieldValueInvalid", detail: `Invalid value: ${value}: ${why}` };
}
