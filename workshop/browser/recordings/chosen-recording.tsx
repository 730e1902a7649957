import { useQuery } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { Button } from "react-aria-components";
import type { RecordingInfo } from "../../../terminal/common/session-host.js";
import { type RecordingViewer, recordingsApi } from "../api/recordings-api.js";
import { Spinner } from "../parts/icon.js";
import { Player } from "./player.js";

interface Props {
  viewer: RecordingViewer;
  recording: RecordingInfo;
}

/** One recording, fetched when it is chosen and let go of with it. */
export function ChosenRecording({ viewer, recording }: Props): ReactElement {
  const {
    data: cast,
    error,
    refetch,
  } = useQuery({
    queryKey: ["recording", viewer, recording],
    queryFn: ({ signal }) => recordingsApi.read(viewer, recording, signal),
    staleTime: Infinity,
    // Up to 10 MiB: nothing for later.
    gcTime: 0,
  });
  if (error)
    return (
      <div className="notice notice--warning" role="alert">
        <span>{error.message}</span>
        <Button className="button button--small" onPress={() => void refetch()}>
          Try again
        </Button>
      </div>
    );
  if (cast === undefined)
    return (
      <p role="status">
        <Spinner /> Fetching {Math.ceil(recording.bytes / 1024)} KiB…
      </p>
    );
  return <Player cast={cast} label={`Recording of terminal ${recording.terminal}`} />;
}
