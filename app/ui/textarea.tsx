// Owns many-line text inputs. They grow with their text where the browser can.
import { clsx } from "clsx";
import { forwardRef, type TextareaHTMLAttributes } from "react";
import { useFieldControl } from "./field.tsx";
import { controlClass } from "./input.tsx";

export const Textarea = forwardRef<HTMLTextAreaElement, TextareaHTMLAttributes<HTMLTextAreaElement>>(function Textarea(
  { className, rows = 4, ...rest },
  ref,
) {
  const wiring = useFieldControl(rest);
  return (
    <textarea
      ref={ref}
      rows={rows}
      {...rest}
      {...wiring}
      className={clsx(controlClass, "field-sizing-content max-h-96 min-h-20", className)}
    />
  );
});
