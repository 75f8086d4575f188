// Entry point: each island looks for its place on the page and does nothing where there is none.
import { moveCharts } from "./chart";
import { coverOnKey } from "./cover";
import { leaveWhenIdle } from "./idle";
import { moveWithKeys } from "./keys";
import { printOnPress } from "./paper";

coverOnKey();
leaveWhenIdle();
moveCharts();
moveWithKeys();
printOnPress();
