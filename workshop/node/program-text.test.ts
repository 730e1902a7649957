import { expect, it } from "vitest";
import { programText } from "./program-text.js";

const read = (content: Uint8Array): string => Buffer.from(programText(content)).toString("utf8");
const PROGRAM = "#!/bin/bash\necho é\n";

it.each([
  ["as a shell has it", Buffer.from(PROGRAM)],
  ["with line ends of Windows", Buffer.from(PROGRAM.replaceAll("\n", "\r\n"))],
  ["with a mark in front", Buffer.from(`\uFEFF${PROGRAM}`)],
  ["in Latin-1", Buffer.from(PROGRAM, "latin1")],
  ["in UTF-16, as PowerShell writes it", Buffer.from(`\uFEFF${PROGRAM.replaceAll("\n", "\r\n")}`, "utf16le")],
])("reads a program %s as a shell reads it", (_how, content) => {
  expect(read(content)).toBe(PROGRAM);
});

it("leaves a program for the machine as it is", () => {
  const binary = Buffer.from("\x7fELF\0\r\n\xff", "latin1");
  expect(programText(binary)).toBe(binary);
});
