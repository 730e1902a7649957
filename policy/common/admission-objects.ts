/** A Kubernetes object to apply. */
export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string; labels?: Record<string, string>; annotations?: Record<string, string> };
  spec: Record<string, unknown>;
}

const API_VERSION = "admissionregistration.k8s.io/v1";

export function admissionPolicy(name: string, spec: Record<string, unknown>): Manifest {
  return { apiVersion: API_VERSION, kind: "ValidatingAdmissionPolicy", metadata: { name }, spec };
}

export function admissionBinding(name: string, spec: Record<string, unknown>): Manifest {
  return { apiVersion: API_VERSION, kind: "ValidatingAdmissionPolicyBinding", metadata: { name }, spec };
}
