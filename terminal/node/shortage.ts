import { readFileSync, readdirSync } from "node:fs";
import { shortHeap } from "./memory-shortage.js";

/** Open files that a session's first shell may take: its terminal, recording, network, groups and the pipes of a program. */
const SESSION_FILES = 32;
const MORE_FILES = "end sessions, or start Lectern with a higher limit (ulimit -n)";

/** Why no further shell could be opened, in words; `undefined` where one could. `proc` is for tests. */
export function shortage(proc = "/proc"): string | undefined {
  try {
    return fewFiles(proc) ?? fewTerminals(proc) ?? shortHeap();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // Looking takes a file as well.
    if (code === "EMFILE") return `it may open no more files; ${MORE_FILES}`;
    // Not every kernel counts, and not every container shows it.
    if (code === "ENOENT" || code === "EACCES") return undefined;
    if (code === "ENFILE") return "the machine may open no more files; end programs, or raise fs.file-max";
    throw error;
  }
}

function fewFiles(proc: string): string | undefined {
  const limit = Number(
    /^Max open files +(\d+)/m.exec(readFileSync(`${proc}/self/limits`, "utf8"))?.[1] ?? Infinity,
  );
  const open = readdirSync(`${proc}/self/fd`).length;
  if (limit - open >= SESSION_FILES) return undefined;
  return `it has ${open} of ${limit} files open, and a session takes up to ${SESSION_FILES}; ${MORE_FILES}`;
}

function fewTerminals(proc: string): string | undefined {
  const count = (name: string): number => Number(readFileSync(`${proc}/sys/kernel/pty/${name}`, "utf8"));
  const [open, limit] = [count("nr"), count("max")];
  if (open < limit) return undefined;
  return `the machine has ${open} of ${limit} pseudo terminals open; end programs that have some, or raise kernel.pty.max`;
}
