import { describe, expect, it } from "vitest";

import { nameSearch, searchWithin } from "./name-search.js";

const names = ["team-blue", "team-green", "web"];

describe("a search for names", () => {
  it.each([
    ["", names],
    ["*", names],
    ["web", ["web"]],
    ["we", []],
    ["TEAM-*", ["team-blue", "team-green"]],
    ["*-*e*", ["team-blue", "team-green"]],
    ["t.*", []],
    ["É*", []],
  ])("finds by %j", (search, found) => {
    expect(names.filter(nameSearch(search))).toEqual(found);
  });

  it.each([
    ["", names],
    [" Blue ", ["team-blue"]],
    ["t*n", ["team-green"]],
    ["(", []],
  ])("finds within, by %j", (typed, found) => {
    expect(names.filter(nameSearch(searchWithin(typed)))).toEqual(found);
  });
});
