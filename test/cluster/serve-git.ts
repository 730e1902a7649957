import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import { pipeline } from "node:stream/promises";

/**
 * Serves the bare repositories of a folder by git's own CGI program over HTTPS, until it is killed: `serve-git.ts ADDRESS FOLDER CERTIFICATE
 * KEY PROGRAM`. Says where it listens.
 */
const [address, folder = "", certificate = "", key = "", program = ""] = process.argv.slice(2);

const server = createServer(
  { cert: readFileSync(certificate), key: readFileSync(key) },
  (request, response) => {
    const { pathname, search } = new URL(request.url ?? "/", "https://git");
    const backend = spawn(program, {
      stdio: ["pipe", "pipe", "inherit"],
      env: {
        GIT_PROJECT_ROOT: folder,
        GIT_HTTP_EXPORT_ALL: "1",
        PATH_INFO: pathname,
        QUERY_STRING: search.slice(1),
        REQUEST_METHOD: request.method,
        CONTENT_TYPE: request.headers["content-type"] ?? "",
        HTTP_CONTENT_ENCODING: request.headers["content-encoding"] ?? "",
        GIT_PROTOCOL: String(request.headers["git-protocol"] ?? ""),
      },
    });
    pipeline(request, backend.stdin).catch(() => undefined);
    const said: Buffer[] = [];
    backend.stdout.on("data", (chunk: Buffer) => said.push(chunk));
    backend.once("close", () => {
      const answer = Buffer.concat(said);
      const end = answer.indexOf("\r\n\r\n");
      const headers = answer
        .subarray(0, end)
        .toString()
        .split("\r\n")
        .map((line) => line.split(/: (.*)/s));
      const { Status: status = "200", ...others } = Object.fromEntries(headers) as Record<string, string>;
      response.writeHead(Number.parseInt(status, 10), others).end(answer.subarray(end + 4));
    });
  },
);
server.listen(0, address, () => {
  const found = server.address();
  process.stdout.write(`https://${address}:${typeof found === "object" ? found?.port : ""}\n`);
});
