// Owns a submit button that asks before it posts its form. The dialog is fetched when the pointer or focus comes near.
import { lazy, type MouseEvent, type ReactNode, Suspense, useRef, useState } from "react";
import { Button, type ButtonProps } from "./button.tsx";

const load = () => import("./confirm-dialog.tsx");
const ConfirmDialog = lazy(async () => ({ default: (await load()).ConfirmDialog }));

export interface ConfirmButtonProps extends Omit<ButtonProps, "type" | "onClick"> {
  question: string;
  /** What will happen, and whether it can be undone. */
  consequence: ReactNode;
  confirmLabel: string;
  /** The safe answer, where "Cancel" would be misread. */
  cancelLabel?: string | undefined;
  /** Of the answer: red where something ends or is lost, which is the default. */
  tone?: "danger" | "primary" | undefined;
}

/** Place it inside the form that it submits, or name that form by `form`. Without JavaScript it submits at once. */
export function ConfirmButton({
  question,
  consequence,
  confirmLabel,
  cancelLabel,
  tone,
  variant = "secondary",
  ...rest
}: ConfirmButtonProps) {
  const button = useRef<HTMLButtonElement>(null);
  const [open, setOpen] = useState(false);
  const [wanted, setWanted] = useState(false);

  function ask(event: MouseEvent) {
    event.preventDefault();
    setWanted(true);
    setOpen(true);
  }

  // requestSubmit names this button as submitter but doesn't click it, so the question comes once.
  function confirm() {
    setOpen(false);
    button.current?.form?.requestSubmit(button.current);
  }

  return (
    <>
      <Button
        {...rest}
        ref={button}
        type="submit"
        variant={variant}
        onPointerEnter={load}
        onFocus={load}
        onClick={ask}
      />
      {wanted ? (
        <Suspense>
          <ConfirmDialog
            open={open}
            onOpenChange={setOpen}
            title={question}
            confirmLabel={confirmLabel}
            cancelLabel={cancelLabel}
            tone={tone}
            onConfirm={confirm}
          >
            {consequence}
          </ConfirmDialog>
        </Suspense>
      ) : null}
    </>
  );
}
