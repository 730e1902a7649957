import { afterEach, describe, expect, it } from "vitest";
import { isWithout } from "../requirements/without.js";
import { Box } from "./image-box.js";

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
  const boxes: Box[] = [];
  afterEach(async () => {
    await Promise.all(boxes.splice(0).map((box) => box.close()));
  });

  async function started(options?: Parameters<typeof Box.start>[1]): Promise<Box> {
    const box = await Box.start("nginx:1.27.0", options);
    boxes.push(box);
    await expect.poll(() => box.stderr).toContain("start worker processes");
    return box;
  }

  const configured = (configuration: string, files: Record<string, string> = {}) =>
    started({ files: { "/etc/nginx/conf.d/default.conf": configuration, ...files } });

  it("serves its page, tells it in the log, and ends when it is told to", async () => {
    const box = await started();
    const answer = await box.curl("--include", `${AT}/`);
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\nServer: nginx\/1\.27\.0\r\n/);
    expect(answer).toContain("<title>Welcome to nginx!</title>");
    await expect.poll(() => box.stdout).toMatch(FORMAT);
    box.signal("SIGTERM");
    expect(await box.ended).toBe(0);
  });

  it("answers HEAD without a body, what is not there with 404, and other methods with 405", async () => {
    const box = await started();
    expect(await box.curl("--head", `${AT}/`)).toMatch(/Content-Length: [1-9]/);
    const missing = await box.curl("--include", `${AT}/nope`);
    expect(missing).toContain("404 Not Found");
    expect(missing).toContain("<center>nginx/1.27.0</center>");
    expect(box.stderr).toContain('open() "/usr/share/nginx/html/nope" failed (2: No such file or directory)');
    expect(await box.curl("--include", "--data", "a=b", `${AT}/`)).toContain("405 Not Allowed");
  });

  it("leads nobody out of its root", async () => {
    const box = await started();
    const paths = ["/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/a/../../etc/passwd", "/%00", "/%zz"];
    for (const path of paths) {
      const answer = await box.curl("--include", "--path-as-is", `${AT}${path}`);
      expect(answer, path).toContain("400 Bad Request");
      expect(answer, path).not.toContain("root:");
    }
  });

  it("keeps a connection for further requests, and ends it where it is asked to", async () => {
    const box = await started();
    const connects = ["--write-out", "%{num_connects}", "--output", "/dev/null"];
    expect(await box.curl(...connects, `${AT}/`, ...connects, `${AT}/50x.html`)).toBe("10");
    expect(await box.curl("--head", "--header", "Connection: close", `${AT}/`)).toContain(
      "Connection: close",
    );
  });

  it("answers fifty at once while another client takes its time", async () => {
    const box = await started();
    const parts = `printf "GET /sl" >&3; sleep 1; printf "ow HTTP/1.0\\r\\n\\r\\n" >&3`;
    const slow = box.inside("bash", "-c", `exec 3<>/dev/tcp/127.0.0.1/80; ${parts}; cat <&3`);
    const page = await box.curl(
      "--parallel",
      "--parallel-immediate",
      "--parallel-max",
      "50",
      `${AT}/?[1-50]`,
    );
    expect(page.match(/<title>Welcome to nginx!/g)).toHaveLength(50);
    expect((await slow).stdout).toContain("404 Not Found");
    await expect.poll(() => box.stdout.match(/GET \/\?\d+ HTTP/g)?.length).toBe(50);
  });

  it("writes nothing into its log that could look like another line", async () => {
    const box = await started();
    await box.curl("--user-agent", 'a" 200\u001b[2J', `${AT}/`);
    await expect.poll(() => box.stdout).toContain('"a\\x22 200\\x1B[2J"');
  });

  it("honours what a server and its locations say", async () => {
    const box = await configured(
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
    expect(await box.curl(`${at}/health`)).toBe("fine on box\n");
    expect(await box.curl("--include", `${at}/old/`)).toContain("Location: http://127.0.0.1:8080/new/\r\n");
    expect(await box.curl(`${at}/app/a/b`)).toBe("home");
    expect(await box.curl(`${at}/files/a.txt`)).toBe("alpha");
    expect(await box.curl(`${at}/files/`)).toContain('<a href="a.txt">');
    expect(await box.curl("--include", `${at}/secret`)).toContain("403 Forbidden");
    expect(await box.curl("--include", `${at}/x.PNG`)).toContain("X-Picture: yes");
    const lost = await box.curl("--include", `${at}/none`);
    expect(lost).toMatch(/^HTTP\/1\.1 404 Not Found/);
    expect(lost).toMatch(/lost$/);
  });

  it("ends at its start for a configuration it cannot read", async () => {
    const configuration = "server { lissten 80; }";
    const box = await Box.start("nginx:1.27.0", {
      files: { "/etc/nginx/conf.d/default.conf": configuration },
    });
    boxes.push(box);
    expect(await box.ended).toBe(1);
    const problem = 'unknown directive "lissten" in /etc/nginx/conf.d/default.conf:1';
    expect(box.stderr).toContain(`nginx: [emerg] ${problem}\n`);
    expect(box.stderr).toMatch(/^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d \[emerg\] 1#1: unknown directive/);
  });

  it("names what is wrong with a configuration, and where", async () => {
    const box = await started();
    for (const [configuration, problem] of WRONG) {
      const { status, stderr } = box.exec(
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
    const box = await Box.start("nginx:1.27.0", { readOnlyRoot: true });
    boxes.push(box);
    expect(await box.ended).toBe(1);
    expect(box.stderr).toContain("(30: Read-only file system)");
  });

  it("tests its configuration and takes up a changed one when asked to", async () => {
    const box = await configured("server { location / { return 200 one; } }");
    expect(await box.curl(AT)).toBe("one");
    expect(box.exec("nginx", "-t").stderr).toContain("test is successful");
    box.exec("sh", "-c", "echo 'server { location / { return 200 two; } }' >/etc/nginx/conf.d/default.conf");
    expect(box.exec("nginx", "-s", "reload")).toMatchObject({ status: 0 });
    await expect.poll(() => box.curl("--retry", "3", "--retry-connrefused", AT)).toBe("two");
    box.exec("sh", "-c", "echo nonsense >/etc/nginx/conf.d/default.conf");
    expect(box.exec("nginx", "-t")).toMatchObject({ status: 1 });
    expect(await box.curl(AT)).toBe("two");
  });
});
