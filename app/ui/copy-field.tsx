// Owns text that is there to be copied: a snippet, a key, an address. Selecting it by hand always works.
import Check from "lucide-react/icons/check";
import Copy from "lucide-react/icons/copy";
import { useId } from "react";
import { Button } from "./button.tsx";
import { useCopy } from "./use-copy.ts";

export interface CopyFieldProps {
  label: string;
  value: string;
  hint?: string | undefined;
  /** Wraps long text over lines, for code. Otherwise it stays on one line and scrolls. */
  multiline?: boolean | undefined;
}

export function CopyField({ label, value, hint, multiline = false }: CopyFieldProps) {
  const id = useId();
  const { outcome, copy } = useCopy();

  return (
    <div className="min-w-0">
      <p id={id} className="mb-1.5 font-medium">
        {label}
      </p>
      <div className="flex items-start gap-2 rounded border border-line bg-sunken p-1.5 pl-3">
        {/* A scrolling region must be reachable by keyboard. */}
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: see above */}
        <section aria-labelledby={id} tabIndex={0} className="min-w-0 flex-1 overflow-x-auto rounded-sm py-1.5">
          <code
            className={`font-mono text-xs ${multiline ? "break-all whitespace-pre-wrap" : "whitespace-pre"} select-all`}
          >
            {value}
          </code>
        </section>
        <Button
          size="sm"
          icon={outcome === "copied" ? <Check aria-hidden /> : <Copy aria-hidden />}
          onClick={() => copy(value)}
        >
          {outcome === "copied" ? "Copied" : "Copy"}
        </Button>
      </div>
      <p role="status" className={outcome === "failed" ? "mt-1.5 text-danger-ink" : "sr-only"}>
        {outcome === "copied" ? `${label} copied.` : null}
        {outcome === "failed" ? "The browser didn't allow copying. Select the text and copy it by hand." : null}
      </p>
      {hint ? <p className="mt-1.5 text-muted">{hint}</p> : null}
    </div>
  );
}
