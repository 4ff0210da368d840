"""Answer what viewers ask in the chat: !help, !score, !likes.

.venv/bin/python assets/examples/help_bot.py http://127.0.0.1:8080 TOKEN
"""

import asyncio
import sys

from avatar_live.client import ChatEvent, ClientError, Events

HELP = "Say !score or !likes; red and blue push the ball; every gift does something on the stage."


async def main(address: str, token: str) -> None:
    async with Events(address, token, types=["chat"]) as events:
        async for line in events.of(ChatEvent):
            try:
                match line.text.strip().lower():
                    case "!help":
                        await events.say(HELP, name="Helper")
                    case "!score":
                        room = await events.state()
                        await events.say(f"Red {room.score_red}, blue {room.score_blue}.", name="Helper")
                    case "!likes":
                        room = await events.state()
                        await events.say(f"{room.likes} likes, {line.name}!", name="Helper")
            except ClientError as failure:  # the host froze the chat, or the show was away: the bot stays
                print(failure, file=sys.stderr)


asyncio.run(main(*sys.argv[1:]))
