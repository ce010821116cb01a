import { type QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import { TooltipProvider } from "@/components/ui/tooltip";
import type { makeRouter } from "./router";

const Toaster = lazy(() => import("./toaster"));

interface AppProps {
  queryClient: QueryClient;
  router: ReturnType<typeof makeRouter>;
}

export function App({ queryClient, router }: AppProps) {
  return (
    <QueryClientProvider client={queryClient}>
      <TooltipProvider delayDuration={400}>
        <RouterProvider router={router} />
        <Suspense>
          <Toaster />
        </Suspense>
      </TooltipProvider>
    </QueryClientProvider>
  );
}
