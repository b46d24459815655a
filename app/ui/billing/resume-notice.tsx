// Owns the notice of a purchase that was begun and left: the way on to its payment.
import type { ReactNode } from "react";
import { Alert } from "../banner.tsx";
import { buttonClass } from "../button.tsx";

export interface ResumeView {
  planName: string;
  url: string;
}

export function ResumeNotice({ resume, children }: { resume: ResumeView; children: ReactNode }) {
  return (
    <Alert
      title={`You began to buy ${resume.planName}`}
      action={
        <a href={resume.url} className={buttonClass({ size: "sm", variant: "primary" })}>
          Go on to the payment
        </a>
      }
    >
      {children}
    </Alert>
  );
}
