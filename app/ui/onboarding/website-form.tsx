// Owns the form that gives the agent a website.
import { getFormProps, useForm } from "@conform-to/react";
import { useEffect, useRef } from "react";
import { Button } from "../button.tsx";
import { Field } from "../field.tsx";
import { inputProps } from "../form/field-props.ts";
import { FormMessage } from "../form/form-message.tsx";
import { WebAddressInput } from "../knowledge/web-address-input.tsx";
import { type FormReply, useOwnForm } from "./reply.ts";

export function WebsiteForm({ reply }: { reply: FormReply | undefined }) {
  const { fetcher, pending, done, lastResult } = useOwnForm("website", reply);
  const [form, fields] = useForm<{ url: string }>({ id: "website", lastResult });
  const element = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (fetcher.data?.done) element.current?.reset();
  }, [fetcher.data]);
  return (
    <fetcher.Form method="post" {...getFormProps(form)} ref={element} className="grid gap-4">
      <input type="hidden" name="intent" value="website" />
      <FormMessage errors={form.errors} />
      <Field label="Web address" field={fields.url}>
        <div className="flex gap-2">
          <WebAddressInput {...inputProps(form, fields.url, { type: "text" })} />
          <Button type="submit" pending={pending}>
            Read it
          </Button>
        </div>
      </Field>
      <p role="status" className={done ? "-mt-2.5 text-muted" : "sr-only"}>
        {done}
      </p>
    </fetcher.Form>
  );
}
