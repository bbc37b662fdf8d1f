// A message as one line of JSON: what the package made of its octets.
'use strict';

const hex = (elements) => (elements || []).map((element) => element.toString('hex'));

exports.readable = (pdu, more) => {
  const carried = pdu.message_payload || pdu.short_message;
  return JSON.stringify({
    ...more, from: pdu.source_addr, to: pdu.destination_addr, data_coding: pdu.data_coding,
    udh: hex(carried.udh), payload: pdu.message_payload !== undefined, text: carried.message,
  });
};
