import { useEffect, useRef, useState, type KeyboardEvent, type ReactElement } from "react";
import { Button } from "react-aria-components";
import "../../../terminal/browser/terminal-screen.css";
import { type PlayerState, RecordingPlayer } from "../../../terminal/browser/recording-player.js";
import { TerminalScreen } from "../../../terminal/browser/terminal-screen.js";
import type { Cast, CastMark } from "../../../terminal/common/asciicast.js";

const SPEEDS = [1, 2, 4, 8, 16] as const;
/** What an arrow goes forwards or back. */
const STEP_SECONDS = 5;
/** Marks that are drawn and listed; a recording of a long day has a few hundred. */
const MAX_MARKS = 500;

/** Plays a recording: by buttons, by the list of its steps, and by Space and the arrows. */
export function Player({ cast, label }: { cast: Cast; label: string }): ReactElement {
  const { place, section, player, state } = usePlayer(cast, label);
  const [speed, setSpeed] = useState<number>(1);
  useEffect(() => player.current?.setSpeed(speed), [player, speed]);
  const marks = cast.marks.slice(0, MAX_MARKS);
  return (
    <section
      ref={section}
      className="player"
      aria-label={label}
      tabIndex={-1}
      onKeyDownCapture={(event) => player.current && handleKey(event, player.current)}
    >
      <div className="player__ways">
        <Button className="button button--primary" onPress={() => player.current?.toggle()}>
          {state.isPlaying ? "Pause" : "Play"}
        </Button>
        <Timeline
          cast={cast}
          marks={marks}
          position={state.position}
          onSeek={(seconds) => player.current?.seek(seconds)}
        />
        <Speed speed={speed} onSpeed={setSpeed} />
      </div>
      <div className="player__screen" tabIndex={0} role="group" aria-label="What the terminal showed">
        <div ref={place} />
      </div>
      <p className="field__hint">
        Space plays and pauses; the arrows left and right go {STEP_SECONDS} seconds back and on. A step plays
        from where it began. Where nothing was shown for long, that time is passed over.
        {cast.isCut && " The recording is longer than is read here; its beginning is shown."}
      </p>
      <Marks
        marks={marks}
        more={cast.marks.length - marks.length}
        onChoose={(at) => player.current?.playFrom(at)}
      />
    </section>
  );
}

/** Plays on a screen in `place` as long as it is shown; `section` has the keyboard at first. */
function usePlayer(cast: Cast, label: string) {
  const place = useRef<HTMLDivElement>(null);
  const section = useRef<HTMLElement>(null);
  const player = useRef<RecordingPlayer | undefined>(undefined);
  const [state, setState] = useState<PlayerState>({ position: 0, isPlaying: false });
  useEffect(() => {
    if (!place.current) return undefined;
    const screen = new TerminalScreen(place.current, {
      readOnly: true,
      keepsSize: true,
      label,
      fontSize: 13,
    });
    const made = new RecordingPlayer(cast, screen, setState);
    player.current = made;
    section.current?.focus();
    made.play();
    return () => {
      made.dispose();
      screen.dispose();
    };
  }, [cast, label]);
  return { place, section, player, state };
}

function Speed({ speed, onSpeed }: { speed: number; onSpeed: (speed: number) => void }): ReactElement {
  return (
    <label className="player__speed">
      Speed{" "}
      <select className="field__input" value={speed} onChange={({ target }) => onSpeed(Number(target.value))}>
        {SPEEDS.map((times) => (
          <option key={times} value={times}>
            {times} ×
          </option>
        ))}
      </select>
    </label>
  );
}

interface TimelineProps {
  cast: Cast;
  marks: readonly CastMark[];
  position: number;
  onSeek: (seconds: number) => void;
}

function Timeline({ cast: { duration }, marks, position, onSeek }: TimelineProps): ReactElement {
  const words = `${clock(position)} of ${clock(duration)}`;
  return (
    <div className="player__time">
      <div className="player__line">
        <input
          type="range"
          aria-label="Time"
          aria-valuetext={words}
          min={0}
          max={duration}
          step="any"
          value={position}
          onChange={({ target }) => onSeek(target.valueAsNumber)}
        />
        {marks.map(({ at, isStep }, number) => (
          <span
            key={number}
            className="player__mark"
            data-step={isStep || undefined}
            style={{ left: `${String(duration === 0 ? 0 : (at / duration) * 100)}%` }}
          />
        ))}
      </div>
      <span className="player__clock">{words}</span>
    </div>
  );
}

interface MarksProps {
  marks: readonly CastMark[];
  more: number;
  onChoose: (seconds: number) => void;
}

function Marks({ marks, more, onChoose }: MarksProps): ReactElement {
  if (marks.length === 0) return <p>No step of a page ran in this terminal.</p>;
  return (
    <>
      <h2 className="player__title">Steps</h2>
      <ol className="player__marks">
        {marks.map(({ at, label, isStep }, number) => (
          <li key={number}>
            <Button className="button button--quiet button--small" onPress={() => onChoose(at)}>
              <span className="player__clock">{clock(at)}</span> {isStep ? <code>{label}</code> : label}
            </Button>
          </li>
        ))}
      </ol>
      {more > 0 && <p>There are {more} more, for which this list has no room.</p>}
    </>
  );
}

/** Keys that are not a control's own, before the emulator sees them: it would keep the keyboard. */
function handleKey(event: KeyboardEvent<HTMLElement>, player: RecordingPlayer): void {
  const target = event.target as HTMLElement;
  if (target.tagName === "TEXTAREA") event.stopPropagation();
  if (target.tagName === "SELECT" || event.altKey || event.ctrlKey || event.metaKey) return;
  if (event.key === " " && target.tagName !== "BUTTON") player.toggle();
  else if (event.key === "ArrowLeft") player.seekBy(-STEP_SECONDS);
  else if (event.key === "ArrowRight") player.seekBy(STEP_SECONDS);
  else return;
  event.preventDefault();
  event.stopPropagation();
}

function clock(seconds: number): string {
  const whole = Math.floor(seconds);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60)];
  return `${hours > 0 ? `${String(hours)}:${two(minutes)}` : String(minutes)}:${two(whole % 60)}`;
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}
