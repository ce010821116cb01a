import { Toaster as Sonner } from "sonner";
import { useTheme } from "@/lib/theme";

export default function Toaster() {
  const theme = useTheme();
  return (
    <Sonner
      theme={theme === "contrast" ? "system" : theme}
      position="bottom-right"
      mobileOffset={{ bottom: 72 }}
      toastOptions={{
        classNames: {
          toast: "!rounded-lg !border-line !bg-surface !text-ink !shadow-high !font-sans",
          description: "!text-ink-2",
          actionButton: "!bg-ink !text-on-ink !h-7 !rounded-md",
        },
      }}
    />
  );
}
