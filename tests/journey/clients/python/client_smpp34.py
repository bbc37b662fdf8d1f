"""The PyPI package smpp34 as an application: three texts, one text in two parts, receipts for all.

client_smpp34.py HOST PORT SYSTEM_ID PASSWORD DESTINATION prints the id of every message whose receipt says
DELIVRD, and ends with 0 when none is missing.
"""

import asyncio
import os
import re
import sys

import smpp34

RECEIPT = 0x04
UDHI = 0x40
PATIENCE_S = 30
PARTS = [b"The first half of a long text, ", b"and its second half."]


async def submit(smsc, destination, short_message, esm_class=0) -> str:
    response = await smsc.submit_sm(
        destination,
        short_message,
        source_addr="ACME",
        source_addr_ton=5,
        dest_addr_ton=1,
        dest_addr_npi=1,
        esm_class=esm_class,
        registered_delivery=1,
    )
    assert response.is_success, response.command_status
    return response.message_id


async def receipt(smsc) -> str:
    event = await smsc.next()
    assert isinstance(event, smpp34.DeliverSmEvent), "the session has ended"
    assert event.esm_class & 0x3C == RECEIPT, "not a receipt"
    text = event.short_message.decode()
    assert "stat:DELIVRD" in text, text
    message_id = re.search(r"id:(\S+)", text)[1]
    tlvs = {tlv.tag: tlv.value for tlv in event.tlvs}
    assert tlvs[smpp34.TLV_RECEIPTED_MESSAGE_ID].rstrip(b"\0").decode() == message_id
    return message_id


async def main() -> None:
    host, port, system_id, password, destination = sys.argv[1:]
    client = smpp34.Client(host, int(port), system_id, password, bind_type="TRX")
    smsc = await client.connect()
    texts = [(text, 0) for text in (b"one", b"two", b"three")]
    for number, part in enumerate(PARTS, start=1):
        texts.append((bytes([5, 0, 3, 77, len(PARTS), number]) + part, UDHI))
    submits = [submit(smsc, destination, *text) for text in texts]
    submitted = set(await asyncio.gather(*submits))
    delivered = {await receipt(smsc) for _ in texts}
    assert delivered == submitted, "a receipt for nothing"
    await smsc.unbind()
    print("\n".join(sorted(delivered)), flush=True)
    # The threads of the package (1.5.0) crash the interpreter now and then while it is torn down.
    os._exit(0)


asyncio.run(asyncio.wait_for(main(), PATIENCE_S))
