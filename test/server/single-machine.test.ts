import { execFile, spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { request } from "node:https";
import type { IncomingMessage } from "node:http";
import { join } from "node:path";
import { promisify } from "node:util";
import { WebSocket } from "ws";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SessionView } from "../../workshop/common/api.js";
import { isWithout } from "../requirements/without.js";
import { typeAndSee } from "./browser-session.js";
import { productRoot, startLectern, temporaryFolder, until, writeLab } from "./lectern-process.js";
import type { LecternProcess } from "./lectern-process.js";

const HOST = "labs.example.org";
const folder = temporaryFolder();
const data = join(folder.path, "data");
const unit = readFileSync(join(productRoot, "deploy/systemd/lectern.service"), "utf8");
const caddyfile = readFileSync(join(productRoot, "deploy/caddy/Caddyfile"), "utf8");
afterAll(() => folder.remove());

describe.skipIf(isWithout("systemd-analyze"))("the systemd unit", () => {
  it("is one that systemd takes without a word", async () => {
    const file = join(folder.path, "lectern.service");
    // The paths of an installation become those of this checkout; everything else stays as it is.
    const here = unit
      .replaceAll("/usr/bin/node", process.execPath)
      .replaceAll("/opt/lectern", productRoot.replace(/\/$/, ""));
    writeFileSync(file, here);
    const { stdout, stderr } = await promisify(execFile)("systemd-analyze", ["verify", "--man=no", file]);
    expect((stdout + stderr).split("\n").filter((line) => line.includes("lectern"))).toEqual([]);
  });
});

describe.skipIf(isWithout("caddy"))("the unit's command behind the Caddyfile", () => {
  const port = { secure: 0, plain: 0 };
  let lectern: LecternProcess;
  let caddy: ChildProcess;
  let complaint = "";
  beforeAll(async () => {
    [port.secure, port.plain] = [await freePort(), await freePort()];
    const origin = `https://${HOST}:${String(port.secure)}/`;
    const words = unitWords().map((word) => (word === `https://${HOST}/` ? origin : word));
    lectern = await startLectern(data, ["--lab", writeLab(folder.path), "--start", "open", ...words]);
    caddy = startCaddy(localPort());
    caddy.stderr?.on("data", (chunk: Buffer) => (complaint = (complaint + chunk.toString()).slice(-8_000)));
    await until(
      () => `Caddy answers: ${complaint}`,
      30_000,
      () =>
        call("GET", "/livez").then(
          ({ status }) => (status === 200 ? true : undefined),
          () => undefined,
        ),
    );
  });
  afterAll(async () => {
    if (caddy) await ended(caddy);
    await lectern?.stop();
  });

  it("gives pages, sessions, events and terminals over TLS", async () => {
    const page = await call("GET", "/");
    expect([page.status, page.text]).toEqual([200, expect.stringContaining("<html")]);
    const made = await call("POST", "/api/sessions", { lab: "slow-steps" });
    expect(made.cookies.join()).toContain("Secure");
    const { id } = JSON.parse(made.text) as SessionView;
    const cookie = made.cookies.map((text) => text.split(";", 1)[0]).join("; ");
    await until("the session is active", 60_000, async () =>
      (JSON.parse((await call("GET", `/api/sessions/${id}`, undefined, cookie)).text) as SessionView)
        .phase === "Active"
        ? true
        : undefined,
    );
    expect(await firstEvent(`/api/sessions/${id}/events`, cookie)).toContain('data: {"type"');
    const ticket = await call("POST", `/api/sessions/${id}/terminals/1/ticket`, {}, cookie);
    const { ticket: admitted } = JSON.parse(ticket.text) as { ticket: string };
    const at = `/api/sessions/${id}/terminals/1?ticket=${admitted}`;
    const options = {
      servername: HOST,
      rejectUnauthorized: false,
      headers: {
        host: `${HOST}:${String(port.secure)}`,
        origin: `https://${HOST}:${String(port.secure)}`,
        cookie,
      },
    };
    const socket = new WebSocket(`wss://127.0.0.1:${String(port.secure)}${at}`, options);
    try {
      await once(socket, "open");
      await typeAndSee(socket, "echo through-$((40 + 2))\r", /through-42/);
    } finally {
      socket.terminate();
    }
  });

  /** The Caddyfile on free ports of loopback, with a certificate of Caddy's own: nobody vouches for the name here. */
  function startCaddy(upstream: number): ChildProcess {
    const file = join(folder.path, "Caddyfile");
    const globals = `{\n\tadmin off\n\tskip_install_trust\n\thttps_port ${String(port.secure)}\n\thttp_port ${String(port.plain)}\n\tdefault_bind 127.0.0.1\n}\n`;
    const site = caddyfile
      .replace(`${HOST} {`, `${HOST} {\n\ttls internal`)
      .replace("127.0.0.1:8080", `127.0.0.1:${String(upstream)}`);
    writeFileSync(file, globals + site);
    const env = {
      PATH: process.env["PATH"] ?? "",
      HOME: folder.path,
      XDG_DATA_HOME: join(folder.path, "caddy"),
      XDG_CONFIG_HOME: join(folder.path, "caddy"),
    };
    return spawn("caddy", ["run", "--config", file, "--adapter", "caddyfile"], {
      env,
      stdio: ["ignore", "ignore", "pipe"],
    });
  }

  const key = "k".repeat(43);

  function toCaddy() {
    return { host: "127.0.0.1", port: port.secure, servername: HOST, rejectUnauthorized: false };
  }

  function open(
    method: string,
    path: string,
    { body, cookie = "" }: { body?: unknown; cookie?: string },
  ): Promise<IncomingMessage> {
    const headers = {
      host: `${HOST}:${String(port.secure)}`,
      origin: `https://${HOST}:${String(port.secure)}`,
      "content-type": "application/json",
      "lectern-page-key": key,
      ...(cookie === "" ? {} : { cookie }),
    };
    return new Promise((resolve, reject) => {
      const sent = request({ ...toCaddy(), agent: false, method, path, headers, timeout: 10_000 }, resolve);
      sent.once("error", reject);
      sent.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  async function call(method: string, path: string, body?: unknown, cookie = "") {
    const response = await open(method, path, { body, cookie });
    let text = "";
    for await (const chunk of response) text += String(chunk);
    return { status: response.statusCode ?? 0, text, cookies: response.headers["set-cookie"] ?? [] };
  }

  async function firstEvent(path: string, cookie: string): Promise<string> {
    const response = await open("GET", path, { cookie });
    for await (const chunk of response) {
      response.destroy();
      return String(chunk);
    }
    return "";
  }
});

/** What the unit says after `serve`, without the place of its logs. */
function unitWords(): string[] {
  const [, command = ""] = /^ExecStart=(.*)$/m.exec(unit) ?? [];
  return command.slice(command.indexOf(" serve ") + " serve ".length).split(" ");
}

function localPort(): number {
  const { localUrl } = JSON.parse(readFileSync(join(data, "server.json"), "utf8")) as { localUrl: string };
  return Number(new URL(localUrl).port);
}

async function ended(child: ChildProcess): Promise<void> {
  const exited = new Promise((resolve) => child.once("exit", resolve));
  child.kill();
  await exited;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
