import { FocusGallery } from "../../gallery.tsx";

export default function Page() {
  return <FocusGallery />;
}
