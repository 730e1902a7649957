import { describe, expect, it } from "vitest";
import type { ApiObject } from "../api/object.js";
import { parseFieldSelector } from "./field-selector.js";
import { parseLabelSelector } from "./label-selector.js";

/** In the words of a real API server. */
const UNREADABLE: Record<string, string> = {
  "=x": "found '=', expected: !, identifier, or 'end of string'",
  "a=b=c": "found '=', expected: ',' or 'end of string'",
  "a,": "found '', expected: identifier after ','",
  "app in (": "unable to parse requirement: found '', expected: ',', ')' or identifier",
  "-bad=x": 'unable to parse requirement: <nil>: Invalid value: "-bad": name part must consist of',
  "a=b@": 'unable to parse requirement: values[0][a]: Invalid value: "b@": a valid label must be',
  "a>b": "unable to parse requirement: values[0]: Invalid value: \"b\": for 'Gt', 'Lt' operators",
};

describe("label selectors", () => {
  const labels = { app: "web", tier: "front" };
  it.each([
    ["app=web", true],
    ["app==web,tier!=back", true],
    ["app in (api, web),tier", true],
    ["app notin (web)", false],
    ["!missing", true],
    ["missing!=x", true],
    ["missing=x", false],
    ["", true],
  ])("%s selects: %s", (text, isSelected) => {
    expect(parseLabelSelector(text)(labels)).toBe(isSelected);
  });

  it("refuses what it cannot read with 400", () => {
    expect(() => parseLabelSelector("app in web")).toThrow("unable to parse requirement");
    for (const [text, message] of Object.entries(UNREADABLE)) {
      expect(() => parseLabelSelector(text), text).toThrow(message);
    }
  });
});

describe("field selectors", () => {
  const pod: ApiObject = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "p", namespace: "lab" },
    spec: { nodeName: "n1" },
    status: { phase: "Running" },
  };

  it("reads the fields of the kind", () => {
    expect(parseFieldSelector("spec.nodeName=n1,status.phase!=Failed", "/Pod")(pod)).toBe(true);
    expect(parseFieldSelector("metadata.name=q", "/Pod")(pod)).toBe(false);
  });

  it("names a field it does not know as Kubernetes does", () => {
    expect(() => parseFieldSelector("spec.foo=1", "/Pod")).toThrow("field label not supported: spec.foo");
    expect(() => parseFieldSelector("data=1", "/ConfigMap")).toThrow(
      '"data" is not a known field selector: only "metadata.name", "metadata.namespace"',
    );
  });
});

describe("values of field selectors", () => {
  const pod = { apiVersion: "v1", kind: "Pod", metadata: { name: "a,b=c" } };
  it("are escaped where they look like something else", () => {
    expect(parseFieldSelector("metadata.name=a\\,b\\=c", "/Pod")(pod)).toBe(true);
  });
  it.each([
    ["metadata.name=a=b", "unescaped character in value: 61"],
    ["metadata.name=a\\q", "invalid escape sequence: \\q"],
    ["metadata.name=a\\", "invalid escape sequence: \\"],
  ])("are refused otherwise: %s", (text, why) => {
    expect(() => parseFieldSelector(text, "/Pod")).toThrow(`invalid field selector: ${why}`);
  });
});
