// The npm package smpp submits one long text twice: as a message_payload, and in parts it cut itself.
//
// long.js HOST PORT SYSTEM_ID PASSWORD DESTINATION prints the text as JSON, then `payload ID` and, for
// each of its own parts, `part ID`; it ends with 0 when every id had its one receipt, and no other came.
'use strict';

const { bind, deliveredId, fail, leave } = require('./session.js');

// Euro signs take two septets that no part may tear apart.
const TEXT = 'Price 10 \u20ac, or {9} for @friends. '.repeat(11);
const PART = 120;
const QUIET_MS = 400;

const kinds = new Map();
const receipts = [];
let unanswered = 0;

function submit(session, kind, fields) {
  unanswered += 1;
  session.submit_sm({
    source_addr: 'ACME', source_addr_ton: 5, destination_addr: destination, dest_addr_ton: 1,
    dest_addr_npi: 1, data_coding: 0, registered_delivery: 1, ...fields,
  }, (response) => {
    if (response.command_status !== 0) fail(`refused with ${response.command_status}`);
    if (kinds.has(response.message_id)) fail(`two have the id ${response.message_id}`);
    unanswered -= 1;
    kinds.set(response.message_id, kind);
    look(session);
  });
}

// Once as many receipts came as messages were taken, waits whether one more comes.
function look(session) {
  if (unanswered > 0 || receipts.length < kinds.size) return;
  setTimeout(() => {
    const told = [...receipts].sort().join();
    if (told !== [...kinds.keys()].sort().join()) fail(`receipts of ${told}`);
    kinds.forEach((kind, id) => console.log(kind, id));
    leave(session);
  }, QUIET_MS);
}

const [destination] = bind('bind_transceiver', (session) => {
  session.on('deliver_sm', (pdu) => {
    session.send(pdu.response());
    receipts.push(deliveredId(pdu));
    look(session);
  });
  console.log(JSON.stringify(TEXT));
  submit(session, 'payload', { message_payload: TEXT });
  const total = Math.ceil(TEXT.length / PART);
  for (let number = 1; number <= total; number += 1) {
    const udh = Buffer.from([5, 0, 3, 0xe5, total, number]);
    const message = TEXT.slice((number - 1) * PART, number * PART);
    submit(session, 'part', { short_message: { udh, message } });
  }
});
