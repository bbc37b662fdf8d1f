"""The PyPI package smpp34 as the SMSC of a carrier.

smsc.py PORT prints `listening ADDRESS`, and then what happens: `bound` and `unbound`, `took` with a message
as JSON, `told` for a receipt that was answered. Each message is taken and its receipt sent at once; after
one with the text `unbind` the bind it came on is unbound. It ends with its standard input.

The package (1.5.0) does not read the answers on a receiver bind, so it wants transceivers.
"""

import asyncio
import json
import os
import sys
import uuid

import smpp34

RECEIPT = 0x04
DELIVERED = b"\x02"


def say(*words) -> None:
    print(*words, flush=True)


class Centre:
    def __init__(self) -> None:
        self.sessions = {}
        self.owed = []
        self.receipts = 0

    def receipt(self, submit, message_id):
        """Carriers differ: text, text and parameters, parameters alone."""
        self.receipts += 1
        text = (
            f"id:{message_id} sub:001 dlvrd:001 submit date:2611220700 done date:2611220701 "
            "stat:DELIVRD err:000 text:"
        ).encode()
        parameters = [
            smpp34.Tlv(smpp34.TLV_RECEIPTED_MESSAGE_ID, message_id.encode() + b"\0"),
            smpp34.Tlv(smpp34.TLV_MESSAGE_STATE, DELIVERED),
        ]
        forms = [(text, []), (text, parameters), (b"", parameters)]
        short_message, tlvs = forms[self.receipts % len(forms)]
        return message_id, {
            "destination_addr": submit.source_addr,
            "source_addr": submit.destination_addr,
            "esm_class": RECEIPT,
            "short_message": short_message,
            "tlvs": tlvs,
        }

    async def deliver(self, message_id, fields) -> None:
        """Sends a receipt over a bind that receives, now or when there is one."""
        receivers = [session for session in self.sessions.values() if session.can_receive]
        if not receivers:
            self.owed.append((message_id, fields))
            return
        try:
            response = await receivers[0].deliver_sm(**fields)
            assert response.is_success, response.command_status
            say("told", message_id)
        except smpp34.SmppError as error:
            say("error", error)
            self.owed.append((message_id, fields))

    async def take(self, submit) -> None:
        message_id = str(uuid.uuid4())
        text = submit.short_message.decode()
        say("took", json.dumps({"id": message_id, "text": text}))
        submit.accept(message_id=message_id)
        if text == "unbind":
            session = self.sessions.pop(submit.session_id)
            await session.unbind()
            say("unbound")
        if submit.registered_delivery & 1:
            await self.deliver(*self.receipt(submit, message_id))

    async def bound(self, session) -> None:
        say("bound")
        self.sessions[session.session_id] = session
        if session.can_receive:
            owed, self.owed = self.owed, []
            for receipt in owed:
                await self.deliver(*receipt)


async def main() -> None:
    port = int(sys.argv[1])
    asyncio.get_running_loop().add_reader(sys.stdin, lambda: os._exit(0))
    server = smpp34.Server(host="127.0.0.1", port=port, system_id="pypi")
    await server.start()
    say(f"listening 127.0.0.1:{port}")
    centre, tasks = Centre(), set()
    while True:
        event = await server.next()
        if isinstance(event, smpp34.Unbound):
            centre.sessions.pop(event.session_id, None)
            continue
        act = centre.bound if isinstance(event, smpp34.Esme) else centre.take
        task = asyncio.create_task(act(event))
        tasks.add(task)
        task.add_done_callback(tasks.discard)


asyncio.run(main())
