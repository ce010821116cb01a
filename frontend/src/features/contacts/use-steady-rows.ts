import { useCallback, useMemo, useState } from "react";
import { displaced, held, type Order, orderOf } from "./list-order";
import type { ContactRow } from "./queries";

interface Adopted {
  order: Order;
  rows: Map<string, ContactRow>;
  /** These rows answer the question before this one: they stand in until the answer comes. */
  isStandIn: boolean;
}

const adopted = (pages: ContactRow[][], isStandIn: boolean): Adopted => ({
  order: orderOf(pages),
  rows: new Map(pages.flat().map((row) => [row.id, row])),
  isStandIn,
});

/** Rows that do not move under the person: while the list is held, values are the newest and the order waits. */
export function useSteadyRows(pages: ContactRow[][], isHeld: boolean, isStandIn: boolean) {
  const [now, setNow] = useState(() => adopted(pages, isStandIn));
  const waiting = useMemo(() => displaced(now.order, pages), [now.order, pages]);
  const isSame =
    waiting === 0 && now.order.pages === pages.length && now.order.ids.length === pages.flat().length;
  if (!isSame && (!isHeld || isStandIn || now.isStandIn || waiting === 0)) setNow(adopted(pages, isStandIn));
  else if (isSame && now.isStandIn !== isStandIn) setNow({ ...now, isStandIn });
  const rows = useMemo(() => held(now.order, pages, now.rows), [now, pages]);
  const show = useCallback(() => setNow(adopted(pages, false)), [pages]);
  return { rows, waiting, show };
}
