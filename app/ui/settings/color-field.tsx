// Owns the choice of a colour: its digits as text, with the browser's own picker beside them.
import { type ComponentPropsWithoutRef, useRef } from "react";
import { Input } from "../input.tsx";

export interface ColorFieldProps extends Omit<ComponentPropsWithoutRef<"input">, "prefix" | "color"> {
  label: string;
  /** The colour that the picker shows: the text's, as long as that is one. */
  color: string;
}

export function ColorField({ label, color, ...text }: ColorFieldProps) {
  const input = useRef<HTMLInputElement>(null);

  function take(value: string) {
    if (!input.current) return;
    input.current.value = value;
    input.current.dispatchEvent(new Event("input", { bubbles: true }));
  }

  return (
    <div className="flex items-stretch gap-2">
      <input
        type="color"
        aria-label={`Pick: ${label}`}
        value={color}
        onChange={(event) => take(event.target.value)}
        className="h-10 w-12 shrink-0 rounded border border-line-strong bg-surface p-1"
      />
      <Input
        ref={input}
        {...text}
        maxLength={7}
        spellCheck={false}
        autoCapitalize="none"
        autoComplete="off"
        className="font-mono"
      />
    </div>
  );
}
