// What runs in each further thread of a fit: for each order a program of its own over its share of the rows.

import { parentPort } from "node:worker_threads";
import { type MemberOrders, member } from "../index.ts";

parentPort?.on("message", (orders: MemberOrders) => member(orders));
