import { WizardGallery } from "../../gallery.tsx";

export default function Page() {
  return <WizardGallery />;
}
