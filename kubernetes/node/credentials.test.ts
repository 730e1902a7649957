import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { KubeConfig } from "./client-library.js";
import { CREDENTIALS_MS, withCredentials } from "./credentials.js";

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "lectern-credentials-"))));
afterEach(() => {
  vi.useRealTimers();
  rmSync(folder, { recursive: true, force: true });
});

/** A kubeconfig whose user is known by a program with this text. */
function configWith(text: string): KubeConfig {
  const command = join(folder, "give-token");
  writeFileSync(command, `#!/bin/sh\n${text}\n`);
  chmodSync(command, 0o755);
  const config = new KubeConfig();
  const exec = { apiVersion: "client.authentication.k8s.io/v1", command, args: [], interactiveMode: "Never" };
  config.loadFromClusterAndUser(
    { name: "c", server: "https://localhost", skipTLSVerify: true },
    {
      name: "ada",
      exec,
    },
  );
  return config;
}

it("takes what a program of the kubeconfig gives, which can read nothing", async () => {
  const credential = JSON.stringify({ status: { token: "secret" } });
  const options: { headers?: Record<string, string> } = {};
  const config = configWith(`cat >/dev/null; echo '${credential}'`);
  await withCredentials(config, () => config.applyToHTTPSOptions(options));
  expect(options.headers).toMatchObject({ Authorization: "Bearer secret" });
});

it("gives up a program that does not end, with all it started, and says which it was", async () => {
  const config = configWith(`sleep 300 & echo $! > ${join(folder, "pid")}; wait`);
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const asked = withCredentials(config, () => config.applyToHTTPSOptions({})).catch((error: Error) => error);
  await vi.waitFor(() => expect(readFileSync(join(folder, "pid"), "utf8")).toMatch(/\d\n/), {
    timeout: 60_000,
  });
  await vi.advanceTimersByTimeAsync(CREDENTIALS_MS + 1);
  expect(await asked).toMatchObject({
    message: `the program ${join(folder, "give-token")} gave no credentials for the kubeconfig's user ada within ${String(CREDENTIALS_MS / 1000)} s`,
  });
  const state = (): string => {
    const pid = readFileSync(join(folder, "pid"), "utf8").trim();
    // What was killed may stay until its new parent asks how it ended.
    return existsSync(`/proc/${pid}/stat`)
      ? (readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1] ?? "")
      : "gone";
  };
  await vi.waitFor(() => expect(state()).toMatch(/^(?:Z|X|gone)/), { timeout: 60_000 });
});

it("is over as soon as nobody waits", async () => {
  const config = configWith("sleep 3");
  const leaving = new AbortController();
  const asked = withCredentials(config, () => config.applyToHTTPSOptions({}), leaving.signal);
  leaving.abort(new Error("nobody waits"));
  await expect(asked).rejects.toThrow("nobody waits");
});
