import type { ApiObject } from "../api/object.js";
import { objectText } from "../store/object-text.js";
import type { Form } from "./negotiate.js";

/** The JSON of an object, or of its metadata alone where the client asked for no more. */
export function textInForm(form: Form, object: ApiObject): string {
  if (form.as !== "metadata") return objectText(object);
  return JSON.stringify({ ...partialKind(form.version), metadata: object.metadata });
}

/** The kind of objects that are but their metadata, or of a list of them. */
export function partialKind(version: string, suffix: "" | "List" = ""): { kind: string; apiVersion: string } {
  return { kind: `PartialObjectMetadata${suffix}`, apiVersion: `meta.k8s.io/${version}` };
}
