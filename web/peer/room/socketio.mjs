// A room on socket.io: the first lines are sent an object ten times a second, all others once. Start it with a port and
// the number of the first; "go" and "stop" on standard input begin and end the sending.
import { createServer } from "node:http";
import { createInterface } from "node:readline";

import { Server } from "socket.io";

const TICK_MS = 100;
const active = Number(process.argv[3]);
const http = createServer();
const server = new Server(http, { transports: ["websocket"], perMessageDeflate: false, serveClient: false });
let timer = null;
let sent = 0;

let joined = 0;
server.on("connection", (socket) => socket.join(joined++ < active ? "active" : `tick ${joined % 10}`));
http.listen({ port: Number(process.argv[2]), host: "127.0.0.1", backlog: 4096 }, () => console.log("ready"));
createInterface({ input: process.stdin }).on("line", (line) => {
  const [word, text] = [line.slice(0, line.indexOf(" ")), line.slice(line.indexOf(" ") + 1)];
  clearInterval(timer);
  if (word !== "go") return;
  const show = JSON.parse(text);
  timer = setInterval(() => {
    const told = server.to("active").to(`tick ${(sent += 1) % 10}`);
    told.emit("show", { ...show, likes: sent });
  }, TICK_MS);
});
process.stdin.on("end", () => process.exit(0));
