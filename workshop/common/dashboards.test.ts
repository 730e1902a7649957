import { describe, expect, it } from "vitest";
import { addressProblem, dashboardAddress } from "./dashboards.js";

describe("the address of a tab", () => {
  it("is filled with the session's values, and absent where the lab gives none", () => {
    const variables = { session_namespace: "lab-1", ingress_domain: "example.org" };
    const url = "https://{{ session_namespace }}.{{ ingress_domain }}/a";
    expect(dashboardAddress({ name: "Web", url }, variables)).toBe("https://lab-1.example.org/a");
    expect(dashboardAddress({ name: "Console" }, variables)).toBeUndefined();
  });

  it.each([
    "https://example.org",
    "http://localhost:8080/a?b=c#d",
    "https://lab-1.bücher.example/",
    "http://[::1]:3000",
    "https://somebody@example.org/",
  ])("can be shown: %s", (address) => {
    expect(addressProblem(address)).toBeUndefined();
  });

  it.each([
    ["https://{{ nope }}.example.org", "names {{ nope }}, which is not a variable of this lab"],
    ["example.org", "is no address of a web page"],
    ["/a", "is no address of a web page"],
    ["javascript:alert(1)", "is no address of a web page"],
    ["ftp://example.org/", "is no address of a web page"],
    ["https://", 'names the host "", which cannot be one'],
    ["https:///a", 'names the host "", which cannot be one'],
    ["https://-a.example/", 'names the host "-a.example", which cannot be one'],
    ["https://a b/", 'names the host "a b", which cannot be one'],
    ["https://example.org:port/", 'names the host "example.org:port", which cannot be one'],
  ])("cannot be shown: %s", (address, problem) => {
    expect(addressProblem(address)).toBe(problem);
  });
});
