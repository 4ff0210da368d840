/** Where the room's websocket is: at this page's own address, or at the port that a large room's edges share. */

const WAIT_MS = 3_000;

/** Ask the server that this page came from; one that does not answer is taken to carry the lines itself. */
export async function roomUrl(page: string): Promise<string> {
  const url = new URL("ws", page.replace(/^http/, "ws"));
  try {
    const answer = await fetch(new URL("api/room", page), { signal: AbortSignal.timeout(WAIT_MS) });
    const { socket_port } = (await answer.json()) as { readonly socket_port: number };
    if (socket_port > 0) url.port = String(socket_port);
  } catch {
    // the connection itself will say what is wrong, and try again
  }
  return url.href;
}
