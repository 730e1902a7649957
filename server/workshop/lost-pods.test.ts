import { pino } from "pino";
import { expect, it } from "vitest";
import { TerminalError, terminalErrorCodes } from "../../terminal/common/errors.js";
import type { Lab } from "../../workshop/common/lab.js";
import type { SessionResource } from "../../workshop/common/session.js";
import type { SessionProvisioner } from "../../workshop/node/session-provisioner.js";
import { Turns } from "../../workshop/node/turns.js";
import { LostPods } from "./lost-pods.js";

const session = { metadata: { name: "s1" } } as SessionResource;
const lab = {} as Lab;

/** A provisioner that counts; that a pod is really made again is tested on a real node. */
function counted() {
  let [pods, made] = [0, 0];
  const restore = async (): Promise<void> => {
    await new Promise((resolve) => setTimeout(resolve, 20));
    made += 1;
    pods = 1;
  };
  const provisioner = { restore } as unknown as SessionProvisioner;
  // Of one installation, whose servers take turns in its database.
  const parts = { provisioner, turns: new Turns(), log: pino({ level: "silent" }) };
  return {
    servers: [new LostPods(parts), new LostPods(parts)] as const,
    pods: () => pods,
    made: () => made,
  };
}

it("makes one pod for all terminals that find it gone at once, at whichever server", async () => {
  const { servers, pods, made } = counted();
  const [one, other] = servers;
  const open = async (): Promise<string> => {
    if (pods() === 0) throw new TerminalError(terminalErrorCodes.podGone, "evicted");
    return "open";
  };
  const opened = [one, other, one, other].map((lost) => lost.withPod(session, lab, open));
  expect(await Promise.all(opened)).toEqual(["open", "open", "open", "open"]);
  expect(made()).toBe(1);
});

it("makes no pod for anything else that goes wrong", async () => {
  const {
    servers: [lost],
    made,
  } = counted();
  const refusal = new TerminalError(terminalErrorCodes.tooMany, "ten terminals");
  await expect(lost.withPod(session, lab, () => Promise.reject(refusal))).rejects.toMatchObject({
    code: "TERMINAL_TOO_MANY",
  });
  expect(made()).toBe(0);
});
