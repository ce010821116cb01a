import type { QueryClient } from "@tanstack/react-query";
import { editsOf } from "@/features/contacts/queries";
import type { Session } from "@/features/session/queries";
import { setWhoIsHere, whoIsHere } from "@/offline/person";
import { keepAnswers } from "./kept-answers";

export type Device = ReturnType<typeof keepOnDevice>;

const devices = new WeakMap<QueryClient, Device>();

/** What this device keeps for the person who is signed in: joined to the query cache once. */
export function deviceOf(queryClient: QueryClient): Device {
  const known = devices.get(queryClient);
  if (known) return known;
  const device = keepOnDevice(queryClient);
  devices.set(queryClient, device);
  return device;
}

function keepOnDevice(queryClient: QueryClient) {
  const answers = keepAnswers({ queryClient, person: whoIsHere });
  const edits = editsOf(queryClient);

  queryClient.getQueryCache().subscribe((event) => {
    if (event.type !== "updated" || event.action.type !== "success") return;
    if ((event.query.queryKey[0] as { _id?: string } | undefined)?._id !== "getSession") return;
    const person = String((event.query.state.data as Session).user.id);
    const before = whoIsHere();
    if (person === before) return;
    setWhoIsHere(person);
    if (before !== undefined) void becomeAnother();
    else if (!event.action.manual) void edits.clearOthers();
  });

  /** Somebody else signed in, in another tab: nothing in this one is theirs. */
  async function becomeAnother(): Promise<void> {
    await Promise.all([answers.forget(), edits.clearOthers()]);
    window.location.reload();
  }

  window.addEventListener("offline", () => void answers.restore());

  return {
    restore: async () => {
      await answers.restore();
      await edits.load();
    },
    /** The session ended by itself: what was seen goes, what waits to be sent is sent after the next sign-in. */
    onSessionEnded: async () => {
      setWhoIsHere(undefined);
      await answers.forget();
    },
    /** The person leaves: everything of them goes. */
    onSignedOut: async () => {
      setWhoIsHere(undefined);
      await Promise.all([answers.forget(), edits.clear()]);
    },
  };
}
