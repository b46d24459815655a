// Owns the upload of files: a plain form; with JavaScript one drops files on it, and each goes by itself.
import { useFetcher } from "@remix-run/react";
import { clsx } from "clsx";
import Upload from "lucide-react/icons/upload";
import { type DragEvent, useEffect, useRef, useState } from "react";
import { Badge } from "../badge.tsx";
import { Button } from "../button.tsx";
import { FieldError } from "../field.tsx";
import { Spinner } from "../spinner.tsx";
import type { FormReply } from "./reply.ts";

const ACCEPT = ".pdf,.docx,.html,.htm,.md,.markdown,.txt,.csv";
const INTENT = "files";

interface Queued {
  key: number;
  file: File;
  problem: string | null;
  sent: boolean;
}

export function FilesForm({ reply, maxBytes }: { reply: FormReply | undefined; maxBytes: number }) {
  const [queue, setQueue] = useState<readonly Queued[]>([]);
  const [over, setOver] = useState(false);
  const [enhanced, setEnhanced] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => setEnhanced(true), []);
  const own = reply?.intent === INTENT ? reply : undefined;
  const problems = own?.result.error?.file ?? [];
  const current = queue.find((entry) => !entry.sent);
  const megabytes = maxBytes / 2 ** 20;

  function add(files: FileList | null) {
    const fresh = [...(files ?? [])].map((file, index): Queued => {
      const tooLarge = file.size > maxBytes ? `Files may have up to ${megabytes} MB.` : null;
      return { key: Date.now() + index, file, problem: tooLarge, sent: tooLarge !== null };
    });
    setQueue((before) => [...before.filter((entry) => !entry.sent || entry.problem), ...fresh]);
    if (input.current) input.current.value = "";
  }

  function settle(key: number, problem: string | null) {
    setQueue((before) => before.map((entry) => (entry.key === key ? { ...entry, problem, sent: true } : entry)));
  }

  function drop(event: DragEvent) {
    event.preventDefault();
    setOver(false);
    add(event.dataTransfer.files);
  }

  return (
    <form method="post" encType="multipart/form-data">
      <input type="hidden" name="intent" value={INTENT} />
      {/* biome-ignore lint/a11y/noStaticElementInteractions: dropping is an addition; the file input inside does the same */}
      <div
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
        className={clsx(
          "flex flex-wrap items-center gap-x-4 gap-y-3 rounded border border-dashed p-4",
          over ? "border-accent bg-accent-soft" : "border-line-strong",
        )}
      >
        <Upload aria-hidden className="size-5 text-muted max-sm:hidden" />
        <div className="min-w-0 flex-1">
          <label htmlFor="files" className="font-medium">
            Choose files{enhanced ? " or drop them here" : ""}
          </label>
          <p id="files-description" className="text-muted">
            PDF, Word (.docx), HTML, Markdown, text or CSV, up to {megabytes} MB each.
          </p>
          <input
            ref={input}
            id="files"
            type="file"
            name="file"
            multiple
            accept={ACCEPT}
            aria-describedby={problems.length > 0 ? "files-description files-error" : "files-description"}
            aria-invalid={problems.length > 0 || undefined}
            onChange={(event) => add(event.currentTarget.files)}
            className="mt-2 block w-full text-muted file:mr-3 file:min-h-9 file:rounded file:border file:border-solid file:border-line-strong file:bg-surface file:px-3 file:font-medium file:text-ink"
          />
        </div>
        {enhanced ? null : (
          <Button type="submit" className="self-end">
            Upload
          </Button>
        )}
      </div>
      {problems.length > 0 ? <FieldError id="files-error" messages={problems} /> : null}
      <ul aria-label="Files being sent" aria-live="polite" className={queue.length > 0 ? "mt-3 grid gap-2" : "sr-only"}>
        {queue
          .filter((entry) => !entry.sent || entry.problem)
          .map((entry) => (
            <Sending key={entry.key} entry={entry} active={entry === current} onSettled={settle} />
          ))}
      </ul>
      {own?.done && queue.length === 0 ? <p className="mt-1.5 text-muted">{own.done}</p> : null}
    </form>
  );
}

interface SendingProps {
  entry: Queued;
  active: boolean;
  onSettled: (key: number, problem: string | null) => void;
}

/** One file on its way; they go one after another. */
function Sending({ entry, active, onSettled }: SendingProps) {
  const { submit, state, data } = useFetcher<FormReply>({ key: `file-${entry.key}` });
  const started = useRef(false);

  useEffect(() => {
    if (!active || started.current) return;
    started.current = true;
    const body = new FormData();
    body.set("intent", INTENT);
    body.set("file", entry.file);
    submit(body, { method: "post", encType: "multipart/form-data" });
  }, [active, entry.file, submit]);

  useEffect(() => {
    if (entry.sent || !started.current || state !== "idle" || !data) return;
    onSettled(entry.key, data.result.error?.file?.join(" ") ?? null);
  }, [data, state, entry, onSettled]);

  return (
    <li>
      <div className="flex items-center justify-between gap-4">
        <span className="min-w-0 break-all">{entry.file.name}</span>
        {entry.problem ? (
          <Badge tone="danger">Not added</Badge>
        ) : (
          <Badge icon={active ? <Spinner className="size-3.5" /> : undefined}>{active ? "Sending" : "Waiting"}</Badge>
        )}
      </div>
      {entry.problem ? <FieldError messages={[entry.problem]} /> : null}
    </li>
  );
}
