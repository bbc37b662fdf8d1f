"""The PyPI package smpplib as an application: three texts, one text in two parts, receipts for all.

client.py HOST PORT SYSTEM_ID PASSWORD DESTINATION prints the id of every message whose receipt says
DELIVRD, and ends with 0 when none is missing.
"""

import re
import sys
import time

import smpplib.client
import smpplib.consts
import smpplib.gsm

RECEIPT = 0x04
PATIENCE_S = 30


def main() -> None:
    host, port, system_id, password, destination = sys.argv[1:]
    submitted, delivered = set(), set()

    def answered(pdu, **_):
        submitted.add(pdu.message_id.decode())

    def received(pdu, **_):
        assert pdu.esm_class & 0x3C == RECEIPT, "not a receipt"
        text = pdu.short_message.decode()
        assert "stat:DELIVRD" in text, text
        message_id = re.search(r"id:(\S+)", text)[1]
        assert message_id == pdu.receipted_message_id.decode().rstrip("\0")
        delivered.add(message_id)

    client = smpplib.client.Client(host, int(port), timeout=PATIENCE_S)
    client.set_message_sent_handler(answered)
    client.set_message_received_handler(received)
    client.connect()
    client.bind_transceiver(system_id=system_id, password=password)

    sent = 0
    long = "A text that is too long for one short message. " * 5
    for text in ["one", "two", "three", long]:
        parts, coding, esm_class = smpplib.gsm.make_parts(text)
        for part in parts:
            client.send_message(
                source_addr_ton=smpplib.consts.SMPP_TON_ALNUM,
                source_addr="ACME",
                dest_addr_ton=smpplib.consts.SMPP_TON_INTL,
                destination_addr=destination,
                short_message=part,
                data_coding=coding,
                esm_class=esm_class,
                registered_delivery=True,
            )
            sent += 1

    deadline = time.monotonic() + PATIENCE_S
    while len(submitted) < sent or not submitted <= delivered:
        assert time.monotonic() < deadline, f"in vain: {submitted - delivered}"
        client.read_once()
    assert delivered == submitted, "a receipt for nothing"
    client.unbind()
    client.disconnect()
    print("\n".join(sorted(delivered)))


if __name__ == "__main__":
    main()
