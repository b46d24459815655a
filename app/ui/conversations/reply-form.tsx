// Owns the reply of a person, with which they take over.
import { getFormProps, type SubmissionResult, useForm } from "@conform-to/react";
import { Form } from "@remix-run/react";
import Send from "lucide-react/icons/send-horizontal";
import { type KeyboardEvent, useEffect, useRef } from "react";
import { Button } from "../button.tsx";
import { Field } from "../field.tsx";
import { textareaProps } from "../form/field-props.ts";
import { FormMessage } from "../form/form-message.tsx";
import { usePending } from "../form/pending.ts";
import { Textarea } from "../textarea.tsx";
import type { ConversationState } from "./conversation-state.tsx";

const HINTS: Record<ConversationState, string> = {
  bot: "Your reply takes over: the agent stays silent until you give the conversation back.",
  waiting: "The visitor asked for a person. Your reply takes over.",
  human: "The agent stays silent here until you give the conversation back.",
  resolved: "Your reply opens the conversation again.",
};

export interface ReplyFormProps {
  state: ConversationState;
  lastResult: SubmissionResult<string[]> | null;
}

export function ReplyForm({ state, lastResult }: ReplyFormProps) {
  const pending = usePending("reply");
  const sent = lastResult?.status === "success";
  const element = useRef<HTMLFormElement>(null);
  const [form, fields] = useForm<{ body: string }>({ id: "reply", lastResult: sent ? null : lastResult });

  // Each answer of the server is an object of its own.
  useEffect(() => {
    if (lastResult?.status === "success") element.current?.reset();
  }, [lastResult]);

  function sendByKeys(event: KeyboardEvent) {
    if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) element.current?.requestSubmit();
  }

  return (
    <Form
      method="post"
      {...getFormProps(form)}
      ref={element}
      preventScrollReset
      className="mt-6 border-t border-line pt-5"
    >
      <input type="hidden" name="intent" value="reply" />
      <FormMessage errors={form.errors} />
      <Field label="Reply" field={fields.body} hint={HINTS[state]}>
        <Textarea
          {...textareaProps(form, fields.body)}
          rows={3}
          maxLength={4000}
          required
          onKeyDown={sendByKeys}
          aria-keyshortcuts="Control+Enter"
        />
      </Field>
      <div className="mt-3 flex justify-end">
        <Button type="submit" variant="primary" icon={<Send />} pending={pending}>
          Send
        </Button>
      </div>
    </Form>
  );
}
