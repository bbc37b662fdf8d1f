// The npm package smpp submits one text to many: two handsets, one that is none, and a list.
//
// multi.js HOST PORT SYSTEM_ID PASSWORD DESTINATION prints the id of every receipt that says DELIVRD,
// and ends with 0 when there are two and the response was right.
'use strict';

const smpp = require('smpp');

const [host, port, systemId, password, destination] = process.argv.slice(2);
const RINVDSTADR = 0x0b;
const RINVDLNAME = 0x34;
const RECEIPTS = 2;

const ids = new Set();
let first = null;

function fail(what) {
  console.error(what);
  process.exit(1);
}

setTimeout(() => fail(`in vain: ${[...ids]} of ${first}`), 30000).unref();

const session = smpp.connect({ url: `smpp://${host}:${port}` });
session.on('error', (error) => fail(error));

function leaveWhenDone() {
  if (first === null || ids.size < RECEIPTS) return;
  if (!ids.has(first)) fail(`no receipt of ${first}`);
  ids.forEach((id) => console.log(id));
  session.unbind(() => session.close(() => process.exit(0)));
}

function answered(response) {
  if (response.command_status !== 0) fail(`refused with ${response.command_status}`);
  const refused = response.unsuccess_sme.map((sme) => [sme.destination_addr, sme.error_status_code]);
  const expected = [['nobody', RINVDSTADR], ['everybody', RINVDLNAME]];
  if (JSON.stringify(refused) !== JSON.stringify(expected)) fail(JSON.stringify(refused));
  first = response.message_id;
  leaveWhenDone();
}

session.on('deliver_sm', (pdu) => {
  session.send(pdu.response());
  const text = pdu.short_message.message.toString();
  if (!/stat:DELIVRD/.test(text)) fail(`not delivered: ${text}`);
  if (pdu.source_addr !== destination) fail(`a receipt of ${pdu.source_addr}`);
  ids.add(/id:(\S+)/.exec(text)[1]);
  leaveWhenDone();
});

session.bind_transceiver({ system_id: systemId, password }, (bound) => {
  if (bound.command_status !== 0) fail(`bind refused with ${bound.command_status}`);
  const handset = { dest_addr_ton: 1, dest_addr_npi: 1, destination_addr: destination };
  session.submit_multi({
    source_addr: 'ACME', source_addr_ton: 5, registered_delivery: 1, short_message: 'to all',
    dest_address: [
      handset, { ...handset, destination_addr: 'nobody' }, { dl_name: 'everybody' }, handset,
    ],
  }, answered);
});
