// The npm package smpp as an application: three texts, one text in two parts, a receipt for each.
//
// client.js HOST PORT SYSTEM_ID PASSWORD DESTINATION prints the id of every message whose receipt
// says DELIVRD, and ends with 0 when none is missing.
'use strict';

const smpp = require('smpp');

const [host, port, systemId, password, destination] = process.argv.slice(2);
const PARTS = ['The first half of a long text, ', 'and its second half.'];
const UDHI = 0x40;
const RECEIPT = 0x04;

const waiting = new Set();
const early = new Set();
let unanswered = 0;

function fail(what) {
  console.error(what);
  process.exit(1);
}

setTimeout(() => fail(`in vain: ${[...waiting]}`), 30000).unref();

const session = smpp.connect({ url: `smpp://${host}:${port}` });
session.on('error', (error) => fail(error));

function leaveWhenDone() {
  if (unanswered === 0 && waiting.size === 0) {
    session.unbind(() => session.close(() => process.exit(0)));
  }
}

function delivered(id) {
  console.log(id);
  waiting.delete(id);
  leaveWhenDone();
}

function submit(fields) {
  unanswered += 1;
  const pdu = { destination_addr: destination, source_addr: 'ACME', source_addr_ton: 5,
    registered_delivery: 1, ...fields };
  session.submit_sm(pdu, (response) => {
    if (response.command_status !== 0) fail(`refused with ${response.command_status}`);
    unanswered -= 1;
    waiting.add(response.message_id);
    if (early.has(response.message_id)) delivered(response.message_id);
  });
}

session.on('deliver_sm', (pdu) => {
  session.send(pdu.response());
  if ((pdu.esm_class & 0x3c) !== RECEIPT) fail('not a receipt');
  const text = pdu.short_message.message.toString();
  if (!/stat:DELIVRD/.test(text)) fail(`not delivered: ${text}`);
  const id = /id:(\S+)/.exec(text)[1];
  if (id !== pdu.receipted_message_id.replace(/\0$/, '')) fail('two ids in one receipt');
  if (waiting.has(id)) delivered(id);
  else early.add(id);
});

session.bind_transceiver({ system_id: systemId, password }, (response) => {
  if (response.command_status !== 0) fail(`bind refused with ${response.command_status}`);
  session.enquire_link({}, () => {
    for (const text of ['one', 'two', 'three']) submit({ short_message: text });
    PARTS.forEach((message, index) => {
      const udh = Buffer.from([5, 0, 3, 77, PARTS.length, index + 1]);
      submit({ esm_class: UDHI, short_message: { udh, message } });
    });
  });
});
