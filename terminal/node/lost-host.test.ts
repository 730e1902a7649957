import { existsSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { afterEach, beforeEach, expect, it } from "vitest";
import { HostProcesses, kill } from "./terminal-host-for-tests.js";
import { openShell } from "./test-host.js";

const address = { session: "host-test", terminal: "1" };
let hosts: HostProcesses;
beforeEach(() => (hosts = new HostProcesses()));
afterEach(() => hosts.close());

it("a host that was killed leaves nothing in the way of the next one", async () => {
  const first = await hosts.start();
  await kill(first.child);
  expect(existsSync(hosts.socketPath)).toBe(true);
  const second = await hosts.start();
  expect(second.line).toContain("listening");
  expect(await (await hosts.connect()).terminals()).toEqual([]);
});

it("a connected client finds a restarted host, and what the old one knew is rejected", async () => {
  const first = await hosts.start();
  const client = await hosts.connect();
  await openShell(client, address);
  const lost = client.run(address, { id: "x", text: "sleep 30" });
  const rejection = expect(lost).rejects.toMatchObject({ code: "TERMINAL_HOST_LOST" });
  await wait(200);
  await kill(first.child);
  await hosts.start();
  await rejection;
  expect(await openShell(client, address)).toMatchObject({ state: "running" });
});

it("what a lost shell showed last stands above the new one, and nothing of one that had ended", async () => {
  const first = await hosts.start();
  const client = await hosts.connect();
  await openShell(client, address);
  await client.run(address, { id: "1", text: "echo kept-$((40+2))" });
  await wait(300);
  await kill(first.child);
  const second = await hosts.start();
  await openShell(client, address);
  expect(await hosts.screen(address)).toMatch(/kept-42[^]*The shell above was lost/);
  await client.run(address, { id: "2", text: "exit" });
  await kill(second.child);
  await hosts.start();
  await openShell(client, address);
  expect(await hosts.screen(address)).not.toContain("kept-42");
});

it("both of two learners are told that their shells were lost, with what they saw last, their files and no invented outcome", async () => {
  const editing = { session: "editing", terminal: "1" };
  const waiting = { session: "waiting", terminal: "1" };
  const first = await hosts.start();
  const client = await hosts.connect();
  for (const one of [editing, waiting]) {
    await openShell(client, one);
    await client.run(one, { id: "write", text: "echo mine > file; echo written-$((20+1))" });
  }
  // A program that has the whole screen to itself, as an editor.
  const edit = String.raw`printf '\e[?1049h\e[2J\e[HEDITED LINE'; sleep 100`;
  const lost = [
    client.run(editing, { id: "edit", text: edit }),
    client.run(waiting, { id: "runs", text: "echo begun; sleep 100" }),
    client.run(waiting, { id: "queued", text: "touch never" }),
  ];
  const settled = Promise.allSettled(lost);
  await expect.poll(() => hosts.screen(editing)).toContain("EDITED LINE");
  await expect.poll(() => hosts.screen(waiting)).toMatch(/begun\r?\n/);
  await wait(300);
  await kill(first.child);
  await hosts.start();
  for (const outcome of await settled)
    expect(outcome).toMatchObject({ status: "rejected", reason: { code: "TERMINAL_HOST_LOST" } });
  expect((await client.sessions()).toSorted()).toEqual(["editing", "waiting"]);
  for (const [one, last] of [
    [editing, "EDITED LINE"],
    [waiting, "begun"],
  ] as const) {
    await expect(client.outcome(one, "write")).rejects.toMatchObject({ code: "TERMINAL_NOT_FOUND" });
    await openShell(client, one);
    const screen = await hosts.screen(one);
    expect(screen).toMatch(/written-21[^]*The shell above was lost/);
    expect(screen).toContain(last);
    expect(await client.outcome(one, "write")).toBeUndefined();
    expect(await client.run(one, { id: "look", text: "cat file; ls" })).toMatchObject({
      status: "succeeded",
      output: "mine\nfile\n",
    });
  }
});
