import { AppGallery } from "../../gallery.tsx";

export default function Page() {
  return <AppGallery />;
}
