import { render } from "preact";
import { App } from "./shell/App";

render(<App />, document.getElementById("app") as HTMLElement);
