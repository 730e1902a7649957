import type { IncomingMessage } from "node:http";
import { describe, expect, it } from "vitest";
import { checkHost, checkOrigin, checkedRequest } from "./same-origin.js";
import type { CheckedRequest, OriginRules } from "./same-origin.js";

const refused = expect.objectContaining({ code: "SERVER_CROSS_SITE" }) as Error;

describe("checkHost", () => {
  it("admits loopback names on any port, as a tunnel may change it", () => {
    for (const host of ["localhost:8080", "127.0.0.1:9000", "[::1]:8080", "localhost"]) {
      expect(() => checkHost(request({ host }), {})).not.toThrow();
    }
  });

  it("admits the address the connection came in on", () => {
    expect(() => checkHost(request({ host: "10.1.2.3:8080" }, "::ffff:10.1.2.3"), {})).not.toThrow();
    expect(() => checkHost(request({ host: "10.1.2.4:8080" }, "10.1.2.3"), {})).toThrow(refused);
  });

  it("refuses a rebound name", () => {
    for (const host of ["evil.example:8080", "localhost.evil.example", "127.0.0.1.evil.example", ""]) {
      expect(() => checkHost(request({ host }), {})).toThrow(refused);
    }
  });

  it("admits the machine's own names, which nobody else can point elsewhere", () => {
    expect(() => checkHost(request({ host: "Classroom:8080" }), { names: ["classroom"] })).not.toThrow();
  });

  it("admits the public name when it is given", () => {
    expect(() =>
      checkHost(request({ host: "labs.example" }), { publicUrl: "https://labs.example/x/" }),
    ).not.toThrow();
  });
});

describe("checkOrigin", () => {
  it("admits a page of the same server only", () => {
    const host = "localhost:8080";
    expect(() => checkOrigin(request({ host, origin: "http://localhost:8080" }), {})).not.toThrow();
    for (const origin of [
      "http://localhost:3000",
      "https://localhost:8080",
      "http://127.0.0.1:8080",
      "null",
      "",
    ]) {
      expect(() => checkOrigin(request({ host, origin }), {})).toThrow(refused);
    }
  });

  it("refuses a request without an origin", () => {
    expect(() => checkOrigin(request({ host: "localhost:8080" }), {})).toThrow(refused);
  });

  it("admits a command line with a bearer token, unless it also brings cookies", () => {
    const headers = { host: "localhost:8080", authorization: "Bearer x" };
    expect(() => checkOrigin(request(headers), {})).not.toThrow();
    expect(() => checkOrigin(request({ ...headers, cookie: "a=b" }), {})).toThrow(refused);
    expect(() => checkOrigin(request({ ...headers, origin: "http://evil.example" }), {})).toThrow(refused);
  });

  it("expects the scheme of the public address behind a proxy", () => {
    const rules = { publicUrl: "https://labs.example" };
    const host = "labs.example";
    expect(() => checkOrigin(request({ host, origin: "https://labs.example" }), rules)).not.toThrow();
    expect(() => checkOrigin(request({ host, origin: "http://labs.example" }), rules)).toThrow(refused);
  });
});

function request(headers: CheckedRequest["headers"], localAddress = "127.0.0.1"): CheckedRequest {
  return { headers, method: "POST", socket: { localAddress } };
}

describe("the protocol a proxy says the browser used", () => {
  const names = ["labs.example.org"];
  const trusting = { names, trusts: (address: string) => address === "10.0.0.1" };

  it("counts where the proxy is trusted, and nowhere else", () => {
    expect(throughProxy("10.0.0.1", "https", trusting)).not.toThrow();
    expect(throughProxy("10.0.0.1", "https, http", trusting)).not.toThrow();
    expect(throughProxy("10.0.0.1", "http", trusting)).toThrow(refused);
    expect(throughProxy("10.0.0.9", "https", trusting)).toThrow(refused);
    expect(throughProxy("10.0.0.1", "https", { names })).toThrow(refused);
  });
});

/** Judges a page of `https://labs.example.org` whose request came in from this address. */
function throughProxy(remoteAddress: string, proto: string, rules: OriginRules): () => void {
  const origin = "https://labs.example.org";
  const incoming = {
    method: "POST",
    headers: { host: "labs.example.org", origin, "x-forwarded-proto": proto },
    socket: { remoteAddress, localAddress: "10.0.0.2" },
  };
  return () => checkOrigin(checkedRequest(incoming as unknown as IncomingMessage, rules), rules);
}
