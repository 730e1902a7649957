import { afterEach, describe, expect, it } from "vitest";
import { isWithout } from "../requirements/without.js";
import { ImageSandbox } from "./image-sandbox.js";

const AT = "http://127.0.0.1:8080";
const CURL = "curlimages/curl:8.11.0";

// What the documentation of each image, or its source, says that it answers.
describe.skipIf(isWithout("bwrap") || isWithout("busybox"))("stand-ins of images that tutorials use", () => {
  const sandboxes: ImageSandbox[] = [];
  afterEach(async () => {
    await Promise.all(sandboxes.splice(0).map((sandbox) => sandbox.close()));
  });

  async function start(...options: Parameters<typeof ImageSandbox.start>): Promise<ImageSandbox> {
    const sandbox = await ImageSandbox.start(...options);
    sandboxes.push(sandbox);
    return sandbox;
  }

  it.each([
    ["gcr.io/google-samples/hello-app:1.0", "1.0.0"],
    ["us-docker.pkg.dev/google-samples/containers/gke/hello-app:2.0", "2.0.0"],
  ])("%s greets with version and pod", async (name, version) => {
    const sandbox = await start(name);
    await expect
      .poll(() => sandbox.curl(`${AT}/any?a=b`))
      .toBe(`Hello, world!\nVersion: ${version}\nHostname: sandbox\n`);
    await expect
      .poll(() => sandbox.stderr)
      .toMatch(/ Server listening on port 8080\n[^]* Serving request: \/any\n/);
    sandbox.signal("SIGTERM");
    expect(await sandbox.ended).toBe(2);
  });

  it("hello-app listens where PORT says", async () => {
    const sandbox = await start("gcr.io/google-samples/hello-app:2.0", { env: { PORT: "8090" } });
    await expect.poll(() => sandbox.curl("http://127.0.0.1:8090")).toContain("Version: 2.0.0");
  });

  it("echoserver tells the request as it came, in the form of its version", async () => {
    const old = await start("registry.k8s.io/echoserver:1.4");
    const sent = ["--user-agent", "me/1", "--header", "X-Y: z", "--data", "a=b", `${AT}/p?q=1`];
    await expect
      .poll(() => old.curl(...sent))
      .toBe(
        `CLIENT VALUES:
client_address=127.0.0.1
command=POST
real path=/p?q=1
query=q=1
request_version=1.1
request_uri=http://127.0.0.1:8080/p

SERVER VALUES:
server_version=nginx: 1.10.0 - lua: 10001

HEADERS RECEIVED:
accept=*/*
content-length=3
content-type=application/x-www-form-urlencoded
host=127.0.0.1:8080
user-agent=me/1
x-y=z
BODY:
a=b`,
      );
    const late = await start("registry.k8s.io/echoserver:1.10", { env: { POD_NAME: "echo-0" } });
    await expect
      .poll(() => late.curl("--user-agent", "me/1", `${AT}/`))
      .toBe(
        `

Hostname: sandbox

Pod Information:
	node name:	-no node name available-
	pod name:	echo-0
	pod namespace:	-no pod namespace available-
	pod IP:	-no pod IP available-

Server values:
	server_version=nginx: 1.13.3 - lua: 10008

Request Information:
	client_address=127.0.0.1
	method=GET
	real path=/
	query=
	request_version=1.1
	request_scheme=http
	request_uri=http://127.0.0.1:8080/

Request Headers:
	accept=*/*
	host=127.0.0.1:8080
	user-agent=me/1

Request Body:
	-no body in request-

`,
      );
  });

  it("nginxdemos/hello tells its address and name, as text or as a page of which nothing is the client's", async () => {
    const plain = await start("nginxdemos/hello:plain-text");
    await expect
      .poll(() => plain.curl("http://127.0.0.1/any"))
      .toMatch(
        /^Server address: 127\.0\.0\.1:80\nServer name: sandbox\nDate: \d\d\/\w{3}\/\d{4}:[\d:]{8} \+0000\nURI: \/any\nRequest ID: [0-9a-f]{32}\n$/,
      );
    await expect.poll(() => plain.stdout).toMatch(/ "GET \/any HTTP\/1\.1" 200 \d+ "-" "curl/);
    const page = await start("nginxdemos/hello");
    await expect
      .poll(() => page.curl("http://127.0.0.1/<b>"))
      .toMatch(/<h1>Hello World<\/h1>[^]*<span>URI:<\/span> <span>\/&lt;b&gt;<\/span>/);
    page.signal("SIGTERM");
    expect(await page.ended).toBe(0);
  });

  it("whoami tells name, addresses and the request, and refuses what it does not do", async () => {
    const sandbox = await start("traefik/whoami:v1.10", {
      args: ["-port=8080", "--name", "one", "-verbose"],
    });
    await expect
      .poll(() => sandbox.curl("--user-agent", "me/1", "--header", "x-some-thing: z", `${AT}/p?q=1`))
      .toMatch(
        /^Name: one\nHostname: sandbox\n(?:IP: \S+\n)+RemoteAddr: 127\.0\.0\.1:\d+\nGET \/p\?q=1 HTTP\/1\.1\r\nHost: 127\.0\.0\.1:8080\r\nUser-Agent: me\/1\r\nAccept: \*\/\*\r\nX-Some-Thing: z\r\n\r\n$/,
      );
    expect(await sandbox.curl(`${AT}/bench`)).toBe("1");
    expect(await sandbox.curl("--write-out", "%{http_code}", `${AT}/health`)).toBe("200");
    expect(await sandbox.curl("--write-out", "%{http_code}", `${AT}/api`)).toMatch(/no \/api.*\n501$/);
    await expect.poll(() => sandbox.stderr).toMatch(/Starting up on port 8080\n[^]*"GET \/p\?q=1"/);
    const other = await start("traefik/whoami", { args: ["-cert", "/c"] });
    expect(await other.ended).toBe(2);
    expect(other.stderr).toContain('not "-cert"');
  });

  it("curl answers as curl does: statuses, headers, redirects, errors", async () => {
    const script = `
mkdir -p /tmp/site && nginx -g 'daemon off;' >/dev/null 2>&1 & until curl -s -o /dev/null 127.0.0.1; do usleep 100000; done
curl -s localhost | grep -o '<title>.*'
curl -s -o /dev/null -w '%{http_code} %{content_type}\\n' http://localhost/nope
curl -fsS localhost/nope; echo "is $?"
curl -sI localhost | head -1
curl -sL localhost/there
curl -s -XPUT -H 'Host: other' -w '%{http_code}' -o /dev/null localhost; echo
curl -sv localhost/short 2>&1 >/dev/null | tr -d '\\r' | grep '^[<>] [GH]'
curl localhost:81; echo "is $?"
curl -s nowhere.invalid; echo "is $?"
curl --nope localhost; echo "is $?"
curl -s https://localhost; echo "is $?"
curl -so /tmp/page localhost/short && cat /tmp/page
`;
    const site =
      "server { listen 80; location /there { return 302 /short; } location /short { return 200 'short\\n'; } location / { root /usr/share/nginx/html; index index.html; } }";
    const sandbox = await start("nginx:1.27", {
      command: ["sh", "-c", script],
      files: { "/etc/nginx/conf.d/default.conf": site },
    });
    await sandbox.ended;
    expect(sandbox.stdout.replaceAll("\r", "").split("\n")).toEqual([
      "<title>Welcome to nginx!</title>",
      "404 text/html",
      "is 22",
      "HTTP/1.1 200 OK",
      "short",
      "405",
      "> GET /short HTTP/1.0",
      "> Host: localhost",
      "< HTTP/1.1 200 OK",
      "is 7",
      "is 6",
      "is 2",
      "is 2",
      "short",
      "",
    ]);
    expect(sandbox.stderr).toContain("curl: (22) The requested URL returned error: 404");
    expect(sandbox.stderr).toMatch(/curl: \(7\) Failed to connect to localhost port 81 after \d+ ms/);
    expect(sandbox.stderr).toContain("does not know --nope");
    expect(sandbox.stderr).toContain("does not know https");
  });

  it("the image of curl runs curl with its arguments, and programs by their names", async () => {
    const version = await start(CURL, { args: ["--version"] });
    expect(await version.ended).toBe(0);
    expect(version.stdout).toMatch(/^curl 8\./);
    const shell = await start(CURL, {
      args: ["sh", "-c", "curl -m 1 -w '%{http_code}' 127.0.0.1:1; echo $?"],
    });
    expect(await shell.ended).toBe(0);
    expect(shell.stdout).toBe("0007\n");
  });
});
