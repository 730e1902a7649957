import { z } from "zod";

/** Text as authors write it in YAML, which reads `80` as a number and `true` as a truth value. */
export const writtenText = z.union([z.string(), z.number(), z.boolean()]).transform(String);

/** Text that may be empty: YAML reads a key with nothing behind it as null. */
export const textOrNothing = z.union([writtenText, z.null().transform(() => "")]);

/** A truth value in the words of YAML 1.2, and in those that only YAML 1.1 has or that stand in quotes. */
export const flag = z.union([
  z.boolean(),
  z.stringbool({ truthy: ["true", "yes", "on", "y"], falsy: ["false", "no", "off", "n"] }),
]);

/** A number, of whatever size and however precise, which authors also put in quotes; YAML has `.INF` for as much as can be. */
export const anyNumber = z.union([
  z.custom<number>((value) => typeof value === "number", "use a number"),
  z
    .string()
    .regex(/^-?\d+(?:\.\d+)?$/, "use a number")
    .transform(Number),
]);

/** A whole number, which authors also put in quotes. */
export const wholeNumber = z
  .union([
    z.number(),
    z
      .string()
      .regex(/^-?\d+$/, "use a whole number")
      .transform(Number),
  ])
  .pipe(z.number().int());
