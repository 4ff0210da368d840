// A room on `ws`: the first lines are sent a JSON text ten times a second, all others once. Start it with a port and the
// number of the first; "go" and "stop" on standard input begin and end the sending.
import { createInterface } from "node:readline";

import { WebSocketServer } from "ws";

const TICK_MS = 100;
const active = Number(process.argv[3]);
const server = new WebSocketServer({ host: "127.0.0.1", port: Number(process.argv[2]), perMessageDeflate: false, backlog: 4096 });
let timer = null;
let sent = 0;

server.on("listening", () => console.log("ready"));
createInterface({ input: process.stdin }).on("line", (line) => {
  const [word, text] = [line.slice(0, line.indexOf(" ")), line.slice(line.indexOf(" ") + 1)];
  clearInterval(timer);
  if (word !== "go") return;
  const show = JSON.parse(text);
  const clients = [...server.clients];
  timer = setInterval(() => {
    const frame = JSON.stringify({ ...show, likes: (sent += 1) });
    clients.forEach((client, number) => {
      if ((number < active || number % 10 === sent % 10) && client.readyState === 1) client.send(frame);
    });
  }, TICK_MS);
});
process.stdin.on("end", () => process.exit(0));
