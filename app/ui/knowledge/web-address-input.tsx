// Owns the control for a website's address.
import { Input, type InputProps } from "../input.tsx";

export function WebAddressInput(props: InputProps) {
  return (
    <Input
      {...props}
      inputMode="url"
      autoComplete="url"
      autoCapitalize="none"
      spellCheck={false}
      placeholder="www.example.com"
      required
    />
  );
}
