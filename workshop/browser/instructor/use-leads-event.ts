import { useQuery } from "@tanstack/react-query";
import { eventApi } from "../api/event-api.js";

/** Whether who is signed in may change the event, and not only help in it; false until that is known. */
export function useLeadsEvent(name: string): boolean {
  const { data = [] } = useQuery({ queryKey: ["events"], queryFn: ({ signal }) => eventApi.all(signal) });
  const event = data.find((one) => one.name === name);
  return event !== undefined && event.role !== "helper";
}
