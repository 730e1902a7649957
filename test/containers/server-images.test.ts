import { afterEach, describe, expect, it } from "vitest";
import { isWithout } from "../requirements/without.js";
import { ImageSandbox } from "./image-sandbox.js";

const AGNHOST = "registry.k8s.io/e2e-test-images/agnhost:2.47";

describe.skipIf(isWithout("bwrap") || isWithout("busybox"))("the other stand-ins", () => {
  const sandboxes: ImageSandbox[] = [];
  afterEach(async () => {
    await Promise.all(sandboxes.splice(0).map((sandbox) => sandbox.close()));
  });

  async function start(...options: Parameters<typeof ImageSandbox.start>): Promise<ImageSandbox> {
    const sandbox = await ImageSandbox.start(...options);
    sandboxes.push(sandbox);
    return sandbox;
  }

  it("httpd serves its page, logs in the common format, and ends when it is told to", async () => {
    const sandbox = await start("httpd:2.4");
    await expect.poll(() => sandbox.stderr).toContain("resuming normal operations");
    expect(await sandbox.curl("--include", "http://127.0.0.1/")).toMatch(
      /^HTTP\/1\.1 200 OK\r\n[^]*It works!/,
    );
    expect(await sandbox.curl("http://127.0.0.1/nope")).toContain(
      "The requested URL was not found on this server.",
    );
    expect(await sandbox.curl("--path-as-is", "http://127.0.0.1/../conf/httpd.conf")).toContain(
      "400 Bad Request",
    );
    await expect
      .poll(() => sandbox.stdout)
      .toMatch(/^127\.0\.0\.1 - - \[[^\]]+\] "GET \/ HTTP\/1\.1" 200 45\n/);
    sandbox.signal("SIGTERM");
    expect(await sandbox.ended).toBe(0);
    expect(sandbox.stderr).toContain("AH00491: caught SIGTERM, shutting down");
  });

  it("httpd ends at its start for a directive it does not play", async () => {
    const file = "/usr/local/apache2/conf/httpd.conf";
    const sandbox = await start("httpd", { files: { [file]: "Listen 80\nProxyPass / http://b/\n" } });
    expect(await sandbox.ended).toBe(1);
    expect(sandbox.stderr).toContain(
      `AH00526: Syntax error on line 2 of ${file}:\nInvalid command 'ProxyPass'`,
    );
  });

  it("http-echo answers with its text, and says what it misses", async () => {
    const sandbox = await start("hashicorp/http-echo", { args: ["-text=hello there", "-listen", ":8080"] });
    await expect.poll(() => sandbox.stdout).toContain("[INFO] server is listening on :8080");
    // It says so a moment before it does.
    await expect
      .poll(() => sandbox.curl("--include", "--data", "a=b", "http://127.0.0.1:8080/any"))
      .toMatch(/X-App-Name: http-echo\r\n\r\nhello there\n$/);
    sandbox.signal("SIGTERM");
    expect(await sandbox.ended).toBe(0);
    const silent = await start("hashicorp/http-echo:1.0");
    expect(await silent.ended).toBe(127);
    expect(silent.stderr).toContain("Missing -text option");
  });

  it("agnhost plays netexec, serve-hostname and pause, and no other verb", async () => {
    const sandbox = await start(AGNHOST, { args: ["netexec", "--http-port=8080"] });
    await expect.poll(() => sandbox.stdout).toContain("Started HTTP server on port 8080");
    const at = "http://127.0.0.1:8080";
    expect(await sandbox.curl(`${at}/hostname`)).toBe("sandbox");
    expect(await sandbox.curl(`${at}/echo?msg=a%20b`)).toBe("a b");
    expect(await sandbox.curl("--header", "X-Y: z", `${at}/header?key=X-Y`)).toBe("z");
    expect(await sandbox.curl("--write-out", "%{http_code}", `${at}/echo?msg=x&code=503`)).toBe("x503");
    await sandbox.curl(`${at}/exit?code=3`);
    expect(await sandbox.ended).toBe(3);
    const names = await start(AGNHOST, { args: ["serve-hostname"] });
    await expect.poll(() => names.stdout).toContain("Serving on port 9376.");
    // It says so before it listens, as the real one does.
    await expect.poll(() => names.curl("http://127.0.0.1:9376")).toBe("sandbox");
    const other = await start(AGNHOST, { args: ["dns-server"] });
    expect(await other.ended).toBe(1);
    expect(other.stderr).toContain('plays netexec, serve-hostname and pause, not "dns-server"');
  });

  it.each(["registry.k8s.io/pause:3.9", AGNHOST])(
    "%s waits, and ends at once when it is told to",
    async (name) => {
      const sandbox = await start(name);
      await expect.poll(() => sandbox.exec("ps").stdout).toMatch(/sleep 86400/);
      sandbox.signal("SIGTERM");
      expect(await sandbox.ended).toBe(0);
    },
  );

  it("alpine says that it has no packages", async () => {
    const sandbox = await start("alpine:3.20", { command: ["apk"], args: ["add", "curl"] });
    expect(await sandbox.ended).toBe(1);
    expect(sandbox.stderr).toContain("has no packages");
  });
});
