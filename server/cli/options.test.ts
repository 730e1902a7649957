import { describe, expect, it } from "vitest";
import { webAddress } from "./options.js";

describe("webAddress", () => {
  it.each([
    ["https://labs.example.org", "https://labs.example.org/"],
    ["https://labs.example.org/", "https://labs.example.org/"],
    ["https://example.org/training", "https://example.org/training/"],
    ["http://example.org:8080/training/?from=mail#top", "http://example.org:8080/training/"],
  ])("takes %s for what everything is below", (given, address) => {
    expect(webAddress(given)).toBe(address);
  });

  it.each(["labs.example.org", "ftp://labs.example.org/", ""])("refuses %s", (given) => {
    expect(() => webAddress(given)).toThrow("Expected a URL");
  });
});
