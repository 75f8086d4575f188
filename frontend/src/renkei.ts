// Entry point: each island looks for its place on the page and does nothing where there is none.
import { coverOnKey } from "./cover";
import { zoomTrends } from "./trend";

coverOnKey();
zoomTrends();
