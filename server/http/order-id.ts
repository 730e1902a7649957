import { z } from "zod";

/** By what an order is known that is given again because its answer was lost; made by whoever gives it. Absent, each is another one. */
export const orderId = z
  .string()
  .regex(/^[\w-]{8,40}$/)
  .optional();
