import { describe, expect, it } from "vitest";
import { framingRefusal } from "./frame-ancestors.js";

const tab = "https://docs.example/guide";
const page = "https://lectern.example:8443/training/";

describe("what an answer says of who may show it", () => {
  it.each([
    {},
    { "content-security-policy": "default-src 'none'" },
    { "content-security-policy": "frame-ancestors *" },
    { "content-security-policy": "frame-ancestors https:" },
    { "content-security-policy": "frame-ancestors http:" },
    { "content-security-policy": "frame-ancestors https://other.example https://lectern.example:8443" },
    { "content-security-policy": "frame-ancestors lectern.example:*" },
    { "content-security-policy": "img-src 'self'; FRAME-ANCESTORS *.example:8443" },
    { "content-security-policy": "frame-ancestors https://lectern.example:8443/elsewhere" },
    { "content-security-policy": "frame-ancestors *", "x-frame-options": "DENY" },
    { "x-frame-options": "ALLOW-FROM https://other.example" },
  ])("lets our page show it: %o", (headers) => {
    expect(framingRefusal(new Headers(headers), { tab, page })).toBeUndefined();
  });

  it.each([
    ["frame-ancestors 'none'"],
    ["frame-ancestors 'self'"],
    ["frame-ancestors https://other.example https://else.example"],
    ["frame-ancestors https://lectern.example"],
    ["frame-ancestors http://lectern.example:8080"],
    ["frame-ancestors *.lectern.example:8443"],
    ["frame-ancestors https://notlectern.example:8443"],
  ])("lets only others show it: %s", (policy) => {
    const headers = new Headers({ "content-security-policy": `default-src 'self'; ${policy}; img-src *` });
    expect(framingRefusal(headers, { tab, page })).toBe(policy);
  });

  it("holds every one of several policies against our page, and the older header where there is none", () => {
    const two = new Headers({ "content-security-policy": "frame-ancestors *, frame-ancestors 'self'" });
    expect(framingRefusal(two, { tab, page })).toBe("frame-ancestors 'self'");
    expect(framingRefusal(new Headers({ "content-security-policy": "frame-ancestors" }), { tab, page })).toBe(
      "frame-ancestors 'none'",
    );
    const same = new Headers({ "x-frame-options": "sameorigin" });
    expect(framingRefusal(same, { tab, page })).toBe("X-Frame-Options: sameorigin");
    expect(framingRefusal(same, { tab: "https://lectern.example:8443/docs", page })).toBeUndefined();
  });
});
