import { admissionBinding, admissionPolicy, type Manifest } from "./admission-objects.js";
import {
  ENGINE_NAMES,
  LEASE_CONFIG_MAP,
  MANAGED_LABEL,
  ORGANIZATION_LABEL,
  PROBE_LABEL,
} from "./engine-names.js";

const RULES = [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] }];

const ORGANIZATION = `namespaceObject.metadata.labels["${ORGANIZATION_LABEL}"]`;

/**
 * Refuses new pods of attached namespaces of a member from the moment on that the lease of their organization names, by the time the API server itself
 * stamps on them. The lease is one ConfigMap in `namespace`, with a key for each organization. Probes pass: how far the engine is must be asked before a lease
 * is renewed, and the engine itself admits none.
 */
export function leaseManifests(namespace: string): Manifest[] {
  const name = ENGINE_NAMES.lease;
  return [
    admissionPolicy(name, {
      failurePolicy: "Fail",
      paramKind: { apiVersion: "v1", kind: "ConfigMap" },
      matchConstraints: { resourceRules: RULES },
      matchConditions: [
        {
          name: "no-probe",
          expression: `!(has(object.metadata.labels) && "${PROBE_LABEL}" in object.metadata.labels)`,
        },
      ],
      variables: [
        {
          name: "until",
          expression: `has(params.data) && ${ORGANIZATION} in params.data ? params.data[${ORGANIZATION}] : ""`,
        },
      ],
      validations: [
        {
          expression: "string(object.metadata.creationTimestamp) < variables.until",
          reason: "Forbidden",
          message: "the image policies that are known here may be out of date",
          messageExpression: `"the image policies that are known here may be out of date: Lectern has not " + (variables.until == "" ? "brought this cluster up yet" : "renewed their lease, which ended at " + variables.until) + "; pods are admitted again when it has brought the cluster up to date"`,
        },
      ],
    }),
    admissionBinding(name, {
      policyName: name,
      validationActions: ["Deny"],
      paramRef: { name: LEASE_CONFIG_MAP, namespace, parameterNotFoundAction: "Deny" },
      matchResources: {
        namespaceSelector: {
          matchExpressions: [
            { key: MANAGED_LABEL, operator: "In", values: ["true"] },
            // The engine's own namespace is nobody's.
            { key: ORGANIZATION_LABEL, operator: "Exists" },
          ],
        },
      },
    }),
  ];
}
