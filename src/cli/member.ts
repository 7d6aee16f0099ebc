// What runs in each further thread of a fit: for each order a program of its own over its share of the rows, which it is
// handed, or of parts that it reads itself.

import { parentPort } from "node:worker_threads";
import { type MemberOrders, member, type PartOrder, partMember } from "../index.ts";

const part = partMember((answer) => parentPort?.postMessage(answer));

parentPort?.on("message", (orders: MemberOrders | PartOrder) => {
  if (orders.kind === "ffm.member") member(orders);
  else void part(orders);
});
