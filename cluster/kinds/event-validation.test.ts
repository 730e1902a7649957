import { expect, it } from "vitest";
import type { ApiObject } from "../api/object.js";
import { FieldErrors } from "../validation/field-errors.js";
import { validateEventV1 } from "./event-validation.js";

const EVENT: ApiObject = {
  apiVersion: "events.k8s.io/v1",
  kind: "Event",
  metadata: { name: "e" },
  reason: "R",
};

it.each([
  [{ reportingController: "" }, {}, []],
  [{}, { deprecatedSource: {}, deprecatedCount: 0, related: null }, []],
  [{}, { deprecatedCount: 1 }, ["count"]],
  [{ action: "a" }, { action: "" }, ["action"]],
])("an event stays as it is, however nothing is written: from %j to %j", (old, event, fields) => {
  const errors = new FieldErrors();
  validateEventV1({ ...EVENT, ...event }, { ...EVENT, ...old }, errors);
  expect(errors.list.map(({ field }) => field)).toEqual(fields);
});
