// The editor as an example loads it: the page's own, with the styles that it needs within a shadow root.
import findings from "../../assets/editor-findings.css";
import own from "./editor.css";

export * from "../editor.source.mjs";
export const style = own + findings;
