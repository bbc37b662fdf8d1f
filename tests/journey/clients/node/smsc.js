// The npm package smpp as the SMSC of a carrier, for one ESME with the system_id and password `sink`.
//
// It prints `listening ADDRESS`, and then what happens: `bound` and `unbound` with the mode, `took` and
// `said` with a message as JSON, `alive` for an enquire_link that was answered, `told` for a receipt that
// was. It ends with its standard input. The text of a message says what else is done:
//
//   early       the receipt is sent, and answered, before the response
//   enquire     an enquire_link is sent after the response
//   unbind      an unbind is sent after the response: the receipt goes over a later bind
//   originate   inbound messages are sent after the response
'use strict';

const { randomUUID } = require('crypto');
const smpp = require('smpp');
const { readable } = require('./readable.js');

const RINVBNDSTS = 0x04;
const RBINDFAIL = 0x0d;
const RECEIPT = 0x04;
const DELIVERED = 2;
const MODES = ['transceiver', 'transmitter', 'receiver'];

// Sessions by mode, bound ones only.
const bound = { transceiver: new Set(), transmitter: new Set(), receiver: new Set() };
const owed = [];
let receipts = 0;

const maySubmit = (session) => bound.transceiver.has(session) || bound.transmitter.has(session);
const forget = (session) => MODES.forEach((mode) => bound[mode].delete(session));

// Carriers differ in how they write a receipt: text, text and parameters, parameters alone.
function receipt(submit, id) {
  receipts += 1;
  const text = `id:${id} sub:001 dlvrd:001 submit date:2611220700 done date:2611220701 `
    + `stat:DELIVRD err:000 text:${String(submit.short_message.message).slice(0, 20)}`;
  const parameters = { receipted_message_id: id, message_state: DELIVERED };
  const forms = [{ short_message: text }, { short_message: text, ...parameters }, parameters];
  return {
    esm_class: RECEIPT, source_addr: submit.destination_addr, destination_addr: submit.source_addr,
    ...forms[receipts % forms.length],
  };
}

// Sends a deliver_sm over a bind that receives, now or when there is one; again if it is not answered.
function deliver(fields, answered) {
  const [session] = [...bound.transceiver, ...bound.receiver];
  const message = [fields, answered];
  if (!session) {
    owed.push(message);
    return;
  }
  session.unanswered.add(message);
  session.deliver_sm({ ...fields }, (response) => {
    session.unanswered.delete(message);
    if (response.command_status !== 0) console.log('refused', response.command_status);
    else answered();
  });
}

function deliverOwed() {
  owed.splice(0).forEach((message) => deliver(...message));
}

function left(session) {
  forget(session);
  owed.push(...session.unanswered);
  deliverOwed();
}

function originate(submit) {
  const udh = (number, of = 2) => Buffer.from([5, 0, 3, 9, of, number]);
  const texts = [
    { data_coding: 0, short_message: 'GSM: @ \u00a3 \u00e8 [\u20ac] {x}' },
    { data_coding: 8, short_message: '\u041f\u0440\u0438\u0432\u0435\u0442, \u4e16\u754c \ud83d\ude00' },
    { data_coding: 8, short_message: { udh: udh(1), message: '\u043e\u0434\u0438\u043d ' } },
    { data_coding: 8, short_message: { udh: udh(2), message: '\u0434\u0432\u0430' } },
    { data_coding: 0, short_message: { udh: udh(3, 3), message: 'the third part, with an \u20ac' } },
    { data_coding: 0, short_message: { udh: udh(1, 3), message: 'the first of three; '.repeat(7) } },
    { data_coding: 0, short_message: { udh: udh(2, 3), message: 'the second of them; '.repeat(7) } },
    { data_coding: 3, short_message: 'caf\u00e9' },
    { data_coding: 0, message_payload: 'as a payload, '.repeat(30) },
  ];
  for (const text of texts) {
    const fields = { source_addr: submit.destination_addr, source_addr_ton: 1, source_addr_npi: 1,
      destination_addr: submit.source_addr, ...text };
    // What the package would read in its own octets.
    const said = readable(new smpp.PDU(new smpp.PDU('deliver_sm', fields).toBuffer()));
    deliver(fields, () => console.log('said', said));
  }
}

function take(session, submit) {
  const id = randomUUID();
  const text = submit.short_message.message;
  console.log('took', readable(submit, { id }));
  const respond = () => session.send(submit.response({ message_id: id }));
  const told = () => console.log('told', id);
  if (text === 'early') {
    deliver(receipt(submit, id), () => { told(); respond(); });
    return;
  }
  respond();
  if (text === 'enquire') session.enquire_link({}, () => console.log('alive'));
  if (text === 'originate') originate(submit);
  if (text === 'unbind') {
    forget(session);
    session.unbind({}, () => { console.log('unbound'); session.close(); });
  }
  if (submit.registered_delivery & 1) deliver(receipt(submit, id), told);
}

function bind(session, mode, request) {
  const known = request.system_id === 'sink' && request.password === 'sink';
  session.send(request.response(known ? { system_id: 'npm' } : { command_status: RBINDFAIL }));
  if (!known) return;
  console.log('bound', mode);
  bound[mode].add(session);
  if (mode !== 'transmitter') deliverOwed();
}

const server = smpp.createServer((session) => {
  session.unanswered = new Set();
  session.on('error', (error) => console.log('error', error));
  session.on('close', () => left(session));
  session.on('enquire_link', (pdu) => session.send(pdu.response()));
  session.on('unbind', (pdu) => { session.send(pdu.response()); session.close(); });
  for (const mode of MODES) session.on(`bind_${mode}`, (pdu) => bind(session, mode, pdu));
  session.on('submit_sm', (pdu) => {
    if (maySubmit(session)) take(session, pdu);
    else session.send(pdu.response({ command_status: RINVBNDSTS }));
  });
});

process.stdin.on('end', () => process.exit(0)).resume();
server.listen(0, '127.0.0.1', () => console.log(`listening 127.0.0.1:${server.address().port}`));
