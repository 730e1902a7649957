import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, it } from "vitest";
import { memoryOfProcesses } from "./process-memory.js";

const MIB = 1024 * 1024;

it("is what processes have made themselves, and none of those that are gone", async () => {
  const script = `const held = Buffer.alloc(${String(64 * MIB)}, 1); console.log(held.length); process.stdin.resume();`;
  const greedy = spawn(process.execPath, ["-e", script], { stdio: ["pipe", "pipe", "inherit"] });
  const small = spawn("sleep", ["600"]);
  try {
    await once(greedy.stdout, "data");
    const [many, few] = [greedy.pid ?? 0, small.pid ?? 0];
    expect(memoryOfProcesses([many])).toBeGreaterThan(64 * MIB);
    expect(memoryOfProcesses([few])).toBeLessThan(4 * MIB);
    expect(memoryOfProcesses([many, few])).toBeGreaterThan(64 * MIB);
  } finally {
    greedy.kill();
    small.kill();
  }
  await once(greedy, "close");
  expect(memoryOfProcesses([greedy.pid ?? 0])).toBe(0);
});
