import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { homeArchive } from "./home-archive.js";

const folder = mkdtempSync(join(tmpdir(), "lectern-archive-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it("what cannot be packed is told by the last line of what the program says, however much that is", async () => {
  const tar =
    "#!/bin/sh\nyes 'tar: ./a: Cannot open' | head -n 100000 >&2\necho 'tar: no room left' >&2\nexit 2\n";
  writeFileSync(join(folder, "tar"), tar, { mode: 0o755 });
  const env = { PATH: `${folder}:${process.env["PATH"] ?? ""}`, HOME: folder, TMPDIR: folder };
  const packed = homeArchive(
    {
      exec: async (_session, { argv: [program = "", ...args], stdin }) => {
        const input = typeof stdin === "string" ? stdin : "";
        const { status, stdout, stderr } = spawnSync(program, args, { env, input, maxBuffer: 2 ** 24 });
        return { exitStatus: status, stdout, stderr };
      },
    },
    { session: "one", transcript: "", notes: "" },
  );
  await expect(packed).rejects.toMatchObject({
    code: "SESSION_ARCHIVE_UNAVAILABLE",
    message: "The files of this session could not be packed: tar: no room left",
  });
});
