import { expect, it } from "vitest";
import { endAll } from "./end-all.js";

it("ends in order, also what comes after a failure, and tells the first", async () => {
  const ended: string[] = [];
  const ending = endAll([
    () => Promise.reject(new Error("no room on the disk")),
    async () => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      ended.push("second");
    },
    () => {
      throw new Error("told already");
    },
    () => void ended.push("last"),
  ]);
  await expect(ending).rejects.toThrow("no room on the disk");
  expect(ended).toEqual(["second", "last"]);
});
