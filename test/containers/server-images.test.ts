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

  it("the bootcamp's image says its pod and version, and logs requests", async () => {
    for (const [name, version] of [
      ["gcr.io/google-samples/kubernetes-bootcamp:v1", "1"],
      ["jocatalin/kubernetes-bootcamp:v2", "2"],
    ] as const) {
      const sandbox = await start(name);
      await expect
        .poll(() => sandbox.stdout)
        .toMatch(/^Kubernetes Bootcamp App Started At: .* \| Running On: /);
      await expect
        .poll(() => sandbox.curl("http://127.0.0.1:8080/any"))
        .toBe(`Hello Kubernetes bootcamp! | Running on: sandbox | v=${version}\n`);
      await expect
        .poll(() => sandbox.stdout)
        .toMatch(/Running On: sandbox \| Total Requests: 1 \| App Uptime: /);
      sandbox.signal("SIGTERM");
      expect(await sandbox.ended).toBe(0);
    }
    const address = "http://127.0.0.1:8080";
    const asked = `/usr/lib/stand-in/bootcamp >/dev/null & until bash -c "curl -s ${address}" 2>/dev/null; do sleep 1; done; curl --nope ${address}`;
    const inside = await start("gcr.io/google-samples/kubernetes-bootcamp:v1", {
      command: ["sh", "-c", asked],
    });
    expect(await inside.ended).toBe(2);
    expect(inside.stdout).toContain("v=1\n");
    expect(inside.stderr).toContain("does not know --nope");
  });

  it("agnhost's liveness is well for ten seconds, and then says that it is not", async () => {
    const sandbox = await start(AGNHOST, { args: ["liveness"] });
    const at = "http://127.0.0.1:8080";
    const health = (): Promise<string> => sandbox.curl("--write-out", " %{http_code}", `${at}/healthz`);
    await expect.poll(() => sandbox.curl(`${at}/started`)).toMatch(/^\d+s$/);
    await expect.poll(health).toMatch(/^error: \d+ 500$/);
    expect(await sandbox.curl("--write-out", "%{http_code}", `${at}/other`)).toMatch(/404$/);
  });

  it("agnhost plays netexec, serve-hostname, liveness and pause, and no other verb", async () => {
    const sandbox = await start(AGNHOST, { args: ["netexec", "--http-port=8080"] });
    await expect.poll(() => sandbox.stdout).toContain("Started HTTP server on port 8080");
    const at = "http://127.0.0.1:8080";
    // It says so before it listens, as the real one does.
    await expect.poll(() => sandbox.curl(`${at}/hostname`)).toBe("sandbox");
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
    expect(other.stderr).toContain('plays netexec, serve-hostname, liveness and pause, not "dns-server"');
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

  it("busybox prints variables by their names, also one of several lines, and goes on when its terminal hangs up", async () => {
    const line = "printenv LINES NONE name; echo $?; nohup sh -c 'kill -HUP $$; echo went on'";
    const command = ["sh", "-c", line];
    const sandbox = await start("busybox", { command, env: { LINES: "a\nNONE=b", name: "it" } });
    expect(await sandbox.ended).toBe(0);
    expect(sandbox.stdout).toBe("a\nNONE=b\nit\n1\nwent on\n");
    // A shell hands on no name that it could not have itself; printenv by itself is told it.
    const dotted = await start("busybox", { command: ["printenv", "my.name"], env: { "my.name": "its" } });
    expect(await dotted.ended).toBe(0);
    expect(dotted.stdout).toBe("its\n");
  });

  it("alpine says that it has no packages", async () => {
    const sandbox = await start("alpine:3.20", { command: ["apk"], args: ["add", "curl"] });
    expect(await sandbox.ended).toBe(1);
    expect(sandbox.stderr).toContain("has no packages");
  });
});
