"""Bridges from other platforms: what their viewers say and give becomes what happens in this room.

    twitch   EventSub over a websocket      twitch.py    and twitch_line.py
    youtube  live chat, asked for           youtube.py   and youtube_poll.py
    bilibili the open platform's websocket  bilibili.py  and bilibili_line.py
    douyin, kuaishou  pushed by the platform, so the server's HTTP takes them: douyin.py, kuaishou.py

The first of each pair is pure: documents in, `happening` out. The second carries it. None of them makes coins: what was
paid was paid there.
"""
