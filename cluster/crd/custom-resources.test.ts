import { beforeEach, describe, expect, it } from "vitest";
import type { ApiObject } from "../api/object.js";
import type { ApiService, UserInfo } from "../api/service.js";
import { createApi } from "../create-api.js";
import { definitionsRef } from "./definition.js";

const user: UserInfo = { name: "tester", groups: ["system:masters"] };
const widgets = { group: "example.dev", version: "v1", resource: "widgets" };

function definition(): ApiObject {
  const spec = {
    type: "object",
    required: ["title"],
    properties: {
      title: { type: "string", minLength: 1 },
      size: { type: "integer", default: 3, maximum: 9 },
      free: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
      fixed: {
        type: "string",
        "x-kubernetes-validations": [{ rule: "self == oldSelf", message: "fixed is immutable" }],
      },
    },
    "x-kubernetes-validations": [
      { rule: "!has(self.size) || self.size != 7", messageExpression: "'not %d'.format([self.size])" },
    ],
  };
  const status = { type: "object", properties: { phase: { type: "string" } } };
  const openAPIV3Schema = { type: "object", properties: { spec, status } };
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: "widgets.example.dev" },
    spec: {
      group: "example.dev",
      scope: "Namespaced",
      names: { plural: "widgets", kind: "Widget" },
      versions: [
        {
          name: "v1",
          served: true,
          storage: true,
          subresources: { status: {} },
          schema: { openAPIV3Schema },
        },
      ],
    },
  };
}

function widget(spec: Record<string, unknown>, name = "one"): ApiObject {
  return { apiVersion: "example.dev/v1", kind: "Widget", metadata: { name, namespace: "lab" }, spec };
}

describe("custom resources", () => {
  let api: ApiService;
  const create = (spec: Record<string, unknown>): Promise<ApiObject> =>
    api.create(widgets, "lab", widget(spec), { user });

  beforeEach(async () => {
    ({ api } = createApi());
    await api.create(definitionsRef, undefined, definition(), { user });
  });

  it("are served as soon as their definition is stored, which says so", () => {
    expect(api.list(widgets)).toEqual([]);
    const { status } = api.get(definitionsRef, { name: "widgets.example.dev" });
    expect(status).toMatchObject({
      conditions: [
        { type: "NamesAccepted", status: "True" },
        { type: "Established", status: "True" },
      ],
      acceptedNames: { singular: "widget", listKind: "WidgetList" },
      storedVersions: ["v1"],
    });
  });

  it("lose unknown fields, keep those of open parts, and get defaults", async () => {
    const created = await create({ title: "t", unknown: 1, free: { any: { thing: 1 } } });
    expect(created["spec"]).toEqual({ title: "t", size: 3, free: { any: { thing: 1 } } });
    expect(created.metadata.generation).toBe(1);
  });

  it("are refused with every violation of the schema", async () => {
    await expect(create({ title: "", size: "x" })).rejects.toThrow(
      'Widget.example.dev "one" is invalid: [spec.title: Invalid value: "": spec.title in body should be at least 1 chars long, spec.size: Invalid value: "string": spec.size in body must be of type integer: "string"]',
    );
    await expect(create({})).rejects.toThrow(
      'Widget.example.dev "one" is invalid: spec.title: Required value',
    );
  });

  it("are held to rules in CEL, also about their earlier state", async () => {
    await expect(create({ title: "t", size: 7 })).rejects.toThrow("spec: Invalid value: not 7");
    const created = await create({ title: "t", fixed: "a" });
    const changed = { ...created, spec: { title: "t", fixed: "b" } };
    await expect(api.update(widgets, changed, { user })).rejects.toThrow(
      'spec.fixed: Invalid value: "b": fixed is immutable',
    );
  });

  it("have a status that only its subresource changes, without a new generation", async () => {
    const created = await create({ title: "t" });
    const plain = await api.update(widgets, { ...created, status: { phase: "X" } }, { user });
    expect(plain["status"]).toBeUndefined();
    const status = { ...plain, spec: { title: "ignored" }, status: { phase: "Ready" } };
    const updated = await api.update({ ...widgets, subresource: "status" }, status, { user });
    expect(updated).toMatchObject({
      spec: { title: "t" },
      status: { phase: "Ready" },
      metadata: { generation: 1 },
    });
    const next = await api.patch(
      widgets,
      { namespace: "lab", name: "one" },
      { type: "merge", body: { spec: { size: 5 } } },
      { user },
    );
    expect(next).toMatchObject({ status: { phase: "Ready" }, metadata: { generation: 2 } });
  });

  it("do not take strategic merge patches", async () => {
    await create({ title: "t" });
    const patch = api.patch(
      widgets,
      { namespace: "lab", name: "one" },
      { type: "strategic", body: {} },
      { user },
    );
    await expect(patch).rejects.toMatchObject({ code: 415 });
  });

  it("go with their definition, which waits for the last of them", async () => {
    const held = widget({ title: "t" });
    held.metadata.finalizers = ["example.dev/hold"];
    await api.create(widgets, "lab", held, { user });
    await api.delete(definitionsRef, { name: "widgets.example.dev" }, { user });
    await expect
      .poll(() => api.get(widgets, { namespace: "lab", name: "one" }).metadata.deletionTimestamp)
      .toBeDefined();
    const body = { metadata: { finalizers: null } };
    await api.patch(widgets, { namespace: "lab", name: "one" }, { type: "merge", body }, { user });
    await expect.poll(() => api.find(definitionsRef, { name: "widgets.example.dev" })).toBeUndefined();
    expect(() => api.list(widgets)).toThrow("the server could not find the requested resource");
  });

  it("are refused when the name of the definition does not fit", async () => {
    const wrong = { ...definition(), metadata: { name: "gadgets.example.dev" } };
    await expect(api.create(definitionsRef, undefined, wrong, { user })).rejects.toThrow(
      'metadata.name: Invalid value: "gadgets.example.dev": must be spec.names.plural+"."+spec.group',
    );
  });
});
