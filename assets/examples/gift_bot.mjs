// React to every gift: node assets/examples/gift_bot.mjs http://127.0.0.1:8080 TOKEN
// Node 22 or newer; older ones with --experimental-websocket. In a page: import from "http://127.0.0.1:8080/sdk.js".
import { Events } from "../../web/dist/sdk.js";

const events = new Events(process.argv[2], process.argv[3]);
for await (const gift of events.of("gift")) {
  console.log(`${gift.name} gave a ${gift.gift}`);
}
