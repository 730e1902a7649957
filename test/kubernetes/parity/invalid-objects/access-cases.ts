import { roleRef, kind, withMetadata, role, roleBinding } from "./objects.js";
import type { InvalidObjects } from "./objects.js";

export const accessCases: InvalidObjects = {
  Role: {
    "no resources": role({ apiGroups: [""], verbs: ["get"] }),
    "no groups": role({ resources: ["pods"], verbs: ["get"] }),
    "no verbs key": role({ apiGroups: [""], resources: ["pods"] }),
    name: withMetadata(role({ apiGroups: [""], resources: ["pods"], verbs: ["get"] }), { name: "a/b" }),
    percent: withMetadata(role({ apiGroups: [""], resources: ["pods"], verbs: ["get"] }), { name: "a%b" }),
  },
  ClusterRole: {
    "urls and resources": {
      ...kind("rbac.authorization.k8s.io/v1", "ClusterRole"),
      rules: [{ nonResourceURLs: ["/a"], apiGroups: [""], resources: ["pods"], verbs: ["get"] }],
    },
    "urls names": {
      ...kind("rbac.authorization.k8s.io/v1", "ClusterRole"),
      rules: [{ nonResourceURLs: ["/a"], resourceNames: ["x"], verbs: [] }],
    },
    aggregation: {
      ...kind("rbac.authorization.k8s.io/v1", "ClusterRole"),
      aggregationRule: { clusterRoleSelectors: [] },
    },
    "aggregation selector": {
      ...kind("rbac.authorization.k8s.io/v1", "ClusterRole"),
      aggregationRule: { clusterRoleSelectors: [{ matchExpressions: [{ key: "a", operator: "What" }] }] },
    },
  },
  RoleBinding: {
    "no role": roleBinding({ roleRef: undefined }),
    "role kind": roleBinding({ roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Roll", name: "a" } }),
    "role group": roleBinding({ roleRef: { apiGroup: "apps", kind: "Role", name: "a" } }),
    "user group": roleBinding({ subjects: [{ kind: "User", name: "a", apiGroup: "apps" }] }),
    "account name": roleBinding({ subjects: [{ kind: "ServiceAccount", name: "A_b", namespace: "x" }] }),
    "account group": roleBinding({
      subjects: [
        { kind: "ServiceAccount", name: "a", namespace: "x", apiGroup: "rbac.authorization.k8s.io" },
      ],
    }),
    "group name": roleBinding({ subjects: [{ kind: "Group", name: "" }] }),
    "no kind": roleBinding({ subjects: [{ name: "a" }] }),
    "role name": roleBinding({ roleRef: { ...roleRef(), name: "a/b" } }),
  },
  ClusterRoleBinding: {
    role: { ...roleBinding({}), kind: "ClusterRoleBinding" },
    account: {
      ...roleBinding({
        roleRef: { ...roleRef(), kind: "ClusterRole" },
        subjects: [{ kind: "ServiceAccount", name: "a" }],
      }),
      kind: "ClusterRoleBinding",
    },
  },
};
