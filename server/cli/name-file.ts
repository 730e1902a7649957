import { readFileSync } from "node:fs";
import { readNameList } from "../../workshop/common/name-list.js";
import { unicodeText } from "../../workshop/node/text-encoding.js";
import { ServerError, serverErrorCodes } from "../errors.js";

/** The names in a file: UTF-8, UTF-16 with its mark, or, as spreadsheets of Windows write it, Windows-1252. Throws SERVER_USAGE. */
export function readNameFile(file: string): string[] {
  const bytes = bytesOf(file);
  const { names, problems } = readNameList(
    unicodeText(bytes) ?? new TextDecoder("windows-1252").decode(bytes),
  );
  if (problems.length === 0) return names;
  throw new ServerError(
    serverErrorCodes.usage,
    `${file} cannot be used as a list of names. ${problems.join(" ")}`,
  );
}

function bytesOf(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new ServerError(
      serverErrorCodes.usage,
      `The list of names ${file} cannot be read: ${(error as Error).message}`,
      error,
    );
  }
}
