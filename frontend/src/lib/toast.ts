/** Short messages that pass by. The library comes with the first one, not with the first page. */

interface ToastParts {
  detail?: string | undefined;
  undo?: () => void;
}

const UNDO_MS = 10_000;

async function show(kind: "success" | "error", title: string, { detail, undo }: ToastParts): Promise<void> {
  const { toast } = await import("sonner");
  toast[kind](title, {
    ...(detail && { description: detail }),
    ...(undo && { action: { label: "Undo", onClick: undo }, duration: UNDO_MS }),
  });
}

export function toastDone(title: string, parts: ToastParts = {}): void {
  void show("success", title, parts);
}

export function toastFailed(title: string, parts: ToastParts = {}): void {
  void show("error", title, parts);
}

interface Offer {
  detail: string;
  label: string;
  act: () => void;
}

/** Something that may be done, and stays until it is done or waved away. */
export function toastOffer(title: string, { detail, label, act }: Offer): void {
  void import("sonner").then(({ toast }) =>
    toast(title, {
      id: title,
      description: detail,
      duration: Number.POSITIVE_INFINITY,
      closeButton: true,
      action: { label, onClick: act },
    }),
  );
}
