import { describe, expect, it } from "vitest";
import { readMicroTime, readTime } from "./go-time.js";

const LAYOUT = '"2006-01-02T15:04:05Z07:00"';
const MICRO = '"2006-01-02T15:04:05.000000Z07:00"';

// As a real API server of 1.35.4 refused each.
describe("a text that is no time is refused as Go does", () => {
  it.each([
    ["x", ` as ${LAYOUT}: cannot parse "x" as "2006"`],
    ["", ` as ${LAYOUT}: cannot parse "" as "2006"`],
    ["2020-01-01", ` as ${LAYOUT}: cannot parse "" as "T"`],
    ["2020-01-01T00:00:00", ` as ${LAYOUT}: cannot parse "" as "Z07:00"`],
    ["2020-13-01T00:00:00Z", ": month out of range"],
    ["2020-01-32T00:00:00Z", ": day out of range"],
    ["2020-02-30T00:00:00Z", ": day out of range"],
    ["2020-01-01T25:00:00Z", ": hour out of range"],
    ["2020-01-01T00:60:00Z", ": minute out of range"],
    ["2020-01-01T00:00:61Z", ": second out of range"],
    ["2020-01-01T00:00:00X", ` as ${LAYOUT}: cannot parse "X" as "Z07:00"`],
    ["2020-01-01T00:00:00Zx", ': extra text: "x"'],
    ["2020-01-01 00:00:00Z", ` as ${LAYOUT}: cannot parse " 00:00:00Z" as "T"`],
    ["202-01-01T00:00:00Z", ` as ${LAYOUT}: cannot parse "202-01-01T00:00:00Z" as "2006"`],
    ["2020-01-01T00:00:00+2:00", ` as ${LAYOUT}: cannot parse "+2:00" as "Z07:00"`],
    ["2020-01-01T00:00:00+99:00", ": time zone offset hour out of range"],
    ["é\\", String.raw` as ${LAYOUT}: cannot parse "\xc3\xa9\\" as "2006"`],
    ["2020-01-01T00:00:00.Z", ` as ${LAYOUT}: cannot parse ".Z" as "Z07:00"`],
  ])("%j", (text, why) => {
    const shown = JSON.stringify(text).replaceAll("é", String.raw`\xc3\xa9`);
    expect(readTime(text)).toEqual({ fault: `parsing time ${shown}${why}` });
  });

  it.each([
    ["2020-01-01T00:00:00Z", ` as ${MICRO}: cannot parse "Z" as ".000000"`],
    ["2020-01-01T00:00:00.1Z", ` as ${MICRO}: cannot parse ".1Z" as ".000000"`],
    ["2020-01-01T00:00:00.12345Z", ` as ${MICRO}: cannot parse ".12345Z" as ".000000"`],
    ["2020-01-01T00:00:00.123456789Z", ` as ${MICRO}: cannot parse "789Z" as "Z07:00"`],
    ["2020-01-01T00:00:00.1000001", ` as ${MICRO}: cannot parse "1" as "Z07:00"`],
  ])("of microseconds: %j", (text, why) => {
    expect(readMicroTime(text)).toEqual({ fault: `parsing time ${JSON.stringify(text)}${why}` });
  });
});

it.each([
  ["2020-01-01T00:00:00Z", "2020-01-01T00:00:00Z"],
  ["2020-01-01T00:00:00.5Z", "2020-01-01T00:00:00Z"],
  ["2020-01-01T00:00:00+02:00", "2019-12-31T22:00:00Z"],
  ["2020-01-01T0:00:00Z", "2020-01-01T00:00:00Z"],
  ["2024-02-29T12:00:00Z", "2024-02-29T12:00:00Z"],
  ["9999-12-31T23:59:59-05:00", "10000-01-01T04:59:59Z"],
  ["0000-01-01T00:00:00+05:00", "-001-12-31T19:00:00Z"],
  ["0001-01-01T00:00:00Z", null],
])("the time %s is kept as %s", (given, kept) => {
  expect(readTime(given)).toEqual({ text: kept });
});

it("a time of microseconds keeps them, and is of Greenwich", () => {
  expect(readMicroTime("2020-01-01T00:00:00.100000+02:00")).toEqual({ text: "2019-12-31T22:00:00.100000Z" });
});
