import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** A small application of a learner's: pages, redirects, cookies, a stream, and a socket that says everything back. */
const APPLICATION = `import { createHash } from "node:crypto";
import { createServer } from "node:http";
const answers = {
  "/": (_request, response) => response.setHeader("content-type", "text/html").end(
    \`<h1>An application</h1><p id="data"></p><p id="socket"></p><p id="origin"></p><script type="module" src="page.js"></script>\`),
  "/page.js": (_request, response) => response.setHeader("content-type", "text/javascript").end(PAGE),
  "/data.json": (_request, response) => response.setHeader("content-type", "application/json").end('{"said":"data"}'),
  "/headers": (request, response) => response.setHeader("content-type", "application/json").end(
    JSON.stringify({ url: request.url, headers: request.headers })),
  "/redirect": (_request, response) => response.writeHead(302, { location: "/headers" }).end(),
  "/elsewhere": (_request, response) => response.writeHead(302, { location: "http://localhost:8080/headers?a=b" }).end(),
  "/worst": (_request, response) => response.writeHead(200, {
    "set-cookie": ["own=1; Domain=localhost; Path=/", "lectern-session-x=stolen; Domain=localhost", "__Host-lectern-application=x; Secure; Path=/"],
    "clear-site-data": '"*"', "x-accel-redirect": "/etc/passwd", "service-worker-allowed": "/",
    "strict-transport-security": "max-age=1; includeSubDomains", "access-control-allow-origin": "*", nel: "{}",
    "content-security-policy": "default-src *; frame-ancestors 'none'", "x-frame-options": "DENY", "content-type": "image/svg+xml",
  }).end("<svg xmlns='http://www.w3.org/2000/svg'/>"),
  "/stream": (_request, response) => {
    response.setHeader("content-type", "text/event-stream").write("data: first\\n\\n");
    let count = 0;
    const timer = setInterval(() => response.write(\`data: \${++count}\\n\\n\`), 100);
    response.on("close", () => clearInterval(timer));
  },
  "/upload": async (request, response) => {
    const hash = createHash("sha256");
    for await (const piece of request) hash.update(piece);
    response.end(hash.digest("hex"));
  },
  "/large-headers": (_request, response) => response.writeHead(200, { "x-large": "x".repeat(64 * 1024) }).end(),
  "/drop": (request) => request.socket.destroy(),
};
const PAGE = \`
const show = (id, text) => (document.getElementById(id).textContent = text);
show("origin", self.origin);
fetch("data.json").then((answer) => answer.json()).then(({ said }) => show("data", said), (error) => show("data", String(error)));
const socket = new WebSocket(new URL("socket", location.href.replace(/^http/, "ws")));
socket.onopen = () => socket.send("over the socket");
socket.onmessage = ({ data }) => show("socket", data);
\`;
const server = createServer((request, response) => {
  const path = request.url.split("?")[0];
  (answers[path] ?? ((_request, missing) => missing.writeHead(404).end("no such page")))(request, response);
});
server.on("upgrade", (request, socket) => {
  const accept = createHash("sha1").update(request.headers["sec-websocket-key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest("base64");
  socket.write(\`HTTP/1.1 101 Switching Protocols\\r\\nupgrade: websocket\\r\\nconnection: Upgrade\\r\\nsec-websocket-accept: \${accept}\\r\\n\\r\\n\`);
  socket.on("error", () => socket.destroy());
  socket.on("data", (frame) => {
    // A short text frame of a client: unmasked and said back; everything else ends the socket.
    if (frame[0] !== 0x81) return socket.end();
    const length = frame[1] & 0x7f;
    const mask = frame.subarray(2, 6);
    const text = frame.subarray(6, 6 + length).map((byte, at) => byte ^ mask[at % 4]);
    socket.write(Buffer.concat([Buffer.from([0x81, length]), text]));
  });
});
server.listen(Number(process.argv[2] ?? 8080), "localhost", () => console.log("application listens"));
`;

const WORKSHOP = `title: An application
layout: default
ingresses:
  - { name: app, port: 8080 }
  - { name: other, port: 8081, path: /data.json }
  - { name: service, port: 80, host: web }
dashboards:
  - name: App
    url: "{{ ingress_protocol }}://app-{{ session_name }}.{{ ingress_domain }}{{ ingress_port_suffix }}/"
`;

const PAGE = `# An application

[Open it](http://app-{{ session_name }}.{{ ingress_domain }}/headers)

\`\`\`execute-1
node app.mjs
\`\`\`
`;

/** Writes a lab whose learner starts an application; its first block starts it on port 8080. Its name is the folder's. */
export function writeApplicationLab(folder: string): string {
  const files = { "workshop.yaml": WORKSHOP, "pages/start.md": PAGE, "files/app.mjs": APPLICATION };
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}
