import { afterEach, describe, expect, it } from "vitest";
import { isWithout } from "../requirements/without.js";
import { ImageSandbox } from "./image-sandbox.js";

const AT = "http://127.0.0.1";
const FORMAT =
  /^127\.0\.0\.1 - - \[\d\d\/\w{3}\/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}\] "GET \/ HTTP\/1\.1" 200 \d+ "-" "curl\/[^"]+" "-"$/m;

/** Configurations, and what the original says of each, or the stand-in of what it does not do. */
const WRONG: readonly [string, string][] = [
  ["server { listen 80 }", 'unexpected "}" in /etc/nginx/conf.d/default.conf:1'],
  ["server {\n listen 80;\n", 'unexpected end of file, expecting "}" in /etc/nginx/conf.d/default.conf:4'],
  ["server { listen 99999; }", 'invalid port in "99999" of the "listen" directive'],
  ["listen 80;", '"listen" directive is not allowed here'],
  ["server { return 200 $nope; }", 'unknown "nope" variable'],
  [
    "server { location / { proxy_pass http://b; } }",
    'directive "proxy_pass" is not played by Lectern\'s stand-in in /etc/nginx/conf.d/default.conf:1',
  ],
  ["server { listen 443 ssl; }", '"ssl" of the "listen" directive is not played'],
  ["server { location / {} location / {} }", 'duplicate location "/"'],
];

describe.skipIf(isWithout("bwrap") || isWithout("busybox"))("the stand-in for nginx", () => {
  const sandboxes: ImageSandbox[] = [];
  afterEach(async () => {
    await Promise.all(sandboxes.splice(0).map((sandbox) => sandbox.close()));
  });

  async function started(options?: Parameters<typeof ImageSandbox.start>[1]): Promise<ImageSandbox> {
    const sandbox = await ImageSandbox.start("nginx:1.27.0", options);
    sandboxes.push(sandbox);
    await expect.poll(() => sandbox.stderr).toContain("start worker processes");
    return sandbox;
  }

  const configured = (configuration: string, files: Record<string, string> = {}) =>
    started({ files: { "/etc/nginx/conf.d/default.conf": configuration, ...files } });

  it("serves its page, tells it in the log, and ends when it is told to", async () => {
    const sandbox = await started();
    const answer = await sandbox.curl("--include", `${AT}/`);
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\nServer: nginx\/1\.27\.0\r\n/);
    expect(answer).toContain("<title>Welcome to nginx!</title>");
    await expect.poll(() => sandbox.stdout).toMatch(FORMAT);
    sandbox.signal("SIGTERM");
    expect(await sandbox.ended).toBe(0);
  });

  it("answers HEAD without a body, what is not there with 404, and other methods with 405", async () => {
    const sandbox = await started();
    expect(await sandbox.curl("--head", `${AT}/`)).toMatch(/Content-Length: [1-9]/);
    const missing = await sandbox.curl("--include", `${AT}/nope`);
    expect(missing).toContain("404 Not Found");
    expect(missing).toContain("<center>nginx/1.27.0</center>");
    expect(sandbox.stderr).toContain(
      'open() "/usr/share/nginx/html/nope" failed (2: No such file or directory)',
    );
    expect(await sandbox.curl("--include", "--data", "a=b", `${AT}/`)).toContain("405 Not Allowed");
  });

  it("leads nobody out of its root", async () => {
    const sandbox = await started();
    const paths = ["/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/a/../../etc/passwd", "/%00", "/%zz"];
    for (const path of paths) {
      const answer = await sandbox.curl("--include", "--path-as-is", `${AT}${path}`);
      expect(answer, path).toContain("400 Bad Request");
      expect(answer, path).not.toContain("root:");
    }
  });

  it("keeps a connection for further requests, and ends it where it is asked to", async () => {
    const sandbox = await started();
    const connects = ["--write-out", "%{num_connects}", "--output", "/dev/null"];
    expect(await sandbox.curl(...connects, `${AT}/`, ...connects, `${AT}/50x.html`)).toBe("10");
    expect(await sandbox.curl("--head", "--header", "Connection: close", `${AT}/`)).toContain(
      "Connection: close",
    );
  });

  it("answers fifty at once while another client takes its time", async () => {
    const sandbox = await started();
    const parts = `printf "GET /sl" >&3; sleep 1; printf "ow HTTP/1.0\\r\\n\\r\\n" >&3`;
    const slow = sandbox.inside("bash", "-c", `exec 3<>/dev/tcp/127.0.0.1/80; ${parts}; cat <&3`);
    const page = await sandbox.curl(
      "--parallel",
      "--parallel-immediate",
      "--parallel-max",
      "50",
      `${AT}/?[1-50]`,
    );
    expect(page.match(/<title>Welcome to nginx!/g)).toHaveLength(50);
    expect((await slow).stdout).toContain("404 Not Found");
    await expect.poll(() => sandbox.stdout.match(/GET \/\?\d+ HTTP/g)?.length).toBe(50);
  });

  it("writes nothing into its log that could look like another line", async () => {
    const sandbox = await started();
    await sandbox.curl("--user-agent", 'a" 200\u001b[2J', `${AT}/`);
    await expect.poll(() => sandbox.stdout).toContain('"a\\x22 200\\x1B[2J"');
  });

  it("honours what a server and its locations say", async () => {
    const sandbox = await configured(
      `server {
        listen 8080; server_name _;
        root /site; error_page 404 /lost.html;
        location = /health { return 200 "fine on $hostname\\n"; }
        location /old/ { return 301 /new/; }
        location /app/ { try_files $uri $uri/ /index.html; }
        location /files/ { alias /srv/; autoindex on; }
        location /secret { deny all; }
        location ~* \\.(jpg|png)$ { add_header X-Picture yes; }
      }`,
      { "/site/index.html": "home", "/site/lost.html": "lost", "/srv/a.txt": "alpha", "/site/x.PNG": "png" },
    );
    const at = `${AT}:8080`;
    expect(await sandbox.curl(`${at}/health`)).toBe("fine on sandbox\n");
    expect(await sandbox.curl("--include", `${at}/old/`)).toContain(
      "Location: http://127.0.0.1:8080/new/\r\n",
    );
    expect(await sandbox.curl(`${at}/app/a/b`)).toBe("home");
    expect(await sandbox.curl(`${at}/files/a.txt`)).toBe("alpha");
    expect(await sandbox.curl(`${at}/files/`)).toContain('<a href="a.txt">');
    expect(await sandbox.curl("--include", `${at}/secret`)).toContain("403 Forbidden");
    expect(await sandbox.curl("--include", `${at}/x.PNG`)).toContain("X-Picture: yes");
    const lost = await sandbox.curl("--include", `${at}/none`);
    expect(lost).toMatch(/^HTTP\/1\.1 404 Not Found/);
    expect(lost).toMatch(/lost$/);
  });

  it("ends at its start for a configuration it cannot read", async () => {
    const configuration = "server { lissten 80; }";
    const sandbox = await ImageSandbox.start("nginx:1.27.0", {
      files: { "/etc/nginx/conf.d/default.conf": configuration },
    });
    sandboxes.push(sandbox);
    expect(await sandbox.ended).toBe(1);
    const problem = 'unknown directive "lissten" in /etc/nginx/conf.d/default.conf:1';
    expect(sandbox.stderr).toContain(`nginx: [emerg] ${problem}\n`);
    expect(sandbox.stderr).toMatch(/^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d \[emerg\] 1#1: unknown directive/);
  });

  it("names what is wrong with a configuration, and where", async () => {
    const sandbox = await started();
    for (const [configuration, problem] of WRONG) {
      const { status, stderr } = sandbox.exec(
        "sh",
        "-c",
        'echo "$0" >/etc/nginx/conf.d/default.conf; nginx -t',
        configuration,
      );
      expect(stderr, configuration).toContain(`nginx: [emerg] ${problem}`);
      expect(status).toBe(1);
    }
  });

  it("needs a root it can write into, as the original does", async () => {
    const sandbox = await ImageSandbox.start("nginx:1.27.0", { readOnlyRoot: true });
    sandboxes.push(sandbox);
    expect(await sandbox.ended).toBe(1);
    expect(sandbox.stderr).toContain("(30: Read-only file system)");
  });

  it("tests its configuration and takes up a changed one when asked to", async () => {
    const sandbox = await configured("server { location / { return 200 one; } }");
    expect(await sandbox.curl(AT)).toBe("one");
    expect(sandbox.exec("nginx", "-t").stderr).toContain("test is successful");
    sandbox.exec(
      "sh",
      "-c",
      "echo 'server { location / { return 200 two; } }' >/etc/nginx/conf.d/default.conf",
    );
    expect(sandbox.exec("nginx", "-s", "reload")).toMatchObject({ status: 0 });
    await expect.poll(() => sandbox.curl("--retry", "3", "--retry-connrefused", AT)).toBe("two");
    sandbox.exec("sh", "-c", "echo nonsense >/etc/nginx/conf.d/default.conf");
    expect(sandbox.exec("nginx", "-t")).toMatchObject({ status: 1 });
    expect(await sandbox.curl(AT)).toBe("two");
  });
});
