import type { Request } from "express";
import { describe, expect, it } from "vitest";

import { pageOf } from "./list-page.js";

const items = [
  ["web", "home"],
  ["api", "staging"],
  ["web", "edge"],
  ["a.b", "home"],
  ["acb", "home"],
  ["api", "home"],
].map(([name = "", clusterName = ""]) => ({ fullName: { name, clusterName } }));

function asked(query: Record<string, unknown>, of = items) {
  const { page, totalCount } = pageOf({ query } as Request, of);
  return [page.map(({ fullName }) => `${fullName.clusterName}/${fullName.name}`).join(" "), totalCount];
}

describe("a page of a list", () => {
  it("stands in one order, whichever cluster answers first", () => {
    const whole = "home/a.b home/acb home/api staging/api edge/web home/web";
    expect(asked({})).toEqual([whole, "6"]);
    expect(asked({}, items.toReversed())).toEqual([whole, "6"]);
    const pages = ["0", "2", "4"].map((offset) =>
      asked({ "pagination.offset": offset, "pagination.size": "2" }, items.toReversed()),
    );
    expect(pages.map(([names]) => names).join(" ")).toBe(whole);
  });

  it.each([
    ["*a.b*", "home/a.b", "1"],
    ["*(*", "", "0"],
    [".*", "", "0"],
    ["a*", "home/a.b home/acb home/api staging/api", "4"],
    ["", "home/a.b home/acb home/api staging/api edge/web home/web", "6"],
    [`${"*a".repeat(120)}*`, "", "0"],
  ])("holds what is named like %j, in which only stars mean more than they are", (name, ...found) => {
    expect(asked({ "searchScope.name": name })).toEqual(found);
  });

  it("is empty past the end, and says how many there are", () => {
    expect(asked({ "pagination.offset": "999999999", "pagination.size": "1000" })).toEqual(["", "6"]);
  });

  it.each([
    ["pagination.size", "0"],
    ["pagination.size", "1001"],
    ["pagination.size", "-1"],
    ["pagination.size", "1e3"],
    ["pagination.size", ["1", "2"]],
    ["pagination.offset", "-5"],
    ["pagination.offset", "9999999999"],
    ["pagination.offset", ""],
    ["searchScope.name", "x".repeat(254)],
    ["searchScope.name", { constructor: "x" }],
  ])("is refused where %s is %j", (name, value) => {
    expect(() => asked({ [name]: value })).toThrow(name);
  });
});
