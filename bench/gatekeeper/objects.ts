/** The namespaces its webhook is asked about. */
export const SELECTED = "lectern.dev/bench-gatekeeper";

const KIND = "AllowedRegistries";
const GROUP = "constraints.gatekeeper.sh/v1beta1";
/** Where its policies are created. */
export const CONSTRAINTS = `/apis/${GROUP}/${KIND.toLowerCase()}`;

/** A policy of images as a template: those pass that begin with one of the given texts. */
export const TEMPLATE = {
  apiVersion: "templates.gatekeeper.sh/v1",
  kind: "ConstraintTemplate",
  metadata: { name: KIND.toLowerCase() },
  spec: {
    crd: {
      spec: {
        names: { kind: KIND },
        validation: {
          openAPIV3Schema: {
            type: "object",
            properties: { registries: { type: "array", items: { type: "string" } } },
          },
        },
      },
    },
    targets: [
      {
        target: "admission.k8s.gatekeeper.sh",
        rego: `package allowedregistries

violation[{"msg": msg}] {
  container := input.review.object.spec.containers[_]
  not from_allowed(container.image)
  msg := sprintf("container <%v> is of image <%v>, which is of no allowed registry", [container.name, container.image])
}

from_allowed(image) {
  startswith(image, input.parameters.registries[_])
}
`,
      },
    ],
  },
};

/** One policy of that template, of `rules` registries; the last one is the one that images of the figure are of. */
export function constraint(number: number, rules: number) {
  const others = Array.from(
    { length: rules - 1 },
    (_, rule) => `registry-${rule}.example.com/team-${number}/`,
  );
  return {
    apiVersion: GROUP,
    kind: KIND,
    metadata: { name: `policy-${number}` },
    spec: {
      match: { kinds: [{ apiGroups: [""], kinds: ["Pod"] }] },
      parameters: { registries: [...others, "docker.io/library/"] },
    },
  };
}

/** Has the API server ask it about pods, as its chart does, but for the address and that it fails closed. */
export function webhook(port: number, certificateAuthority: string) {
  return {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingWebhookConfiguration",
    metadata: { name: "gatekeeper-validating-webhook-configuration" },
    webhooks: [
      {
        name: "validation.gatekeeper.sh",
        admissionReviewVersions: ["v1"],
        sideEffects: "None",
        failurePolicy: "Fail",
        matchPolicy: "Exact",
        timeoutSeconds: 3,
        namespaceSelector: { matchLabels: { [SELECTED]: "true" } },
        rules: [
          { apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE", "UPDATE"], resources: ["pods"] },
        ],
        clientConfig: {
          url: `https://127.0.0.1:${port}/v1/admit`,
          caBundle: Buffer.from(certificateAuthority).toString("base64"),
        },
      },
    ],
  };
}
