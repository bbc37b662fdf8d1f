// What the applications here share: a bound session of the npm package smpp that gives up loudly.
'use strict';

const smpp = require('smpp');

const PATIENCE_MS = 30000;
const RECEIPT = 0x04;

exports.fail = (what) => {
  console.error(what);
  process.exit(1);
};

// Binds with `bind` (the name of an operation) to the gateway that the arguments HOST PORT SYSTEM_ID
// PASSWORD name, then calls `bound(session)`; the arguments after those are returned.
exports.bind = (bind, bound) => {
  const [host, port, systemId, password, ...others] = process.argv.slice(2);
  setTimeout(() => exports.fail('in vain'), PATIENCE_MS).unref();
  const session = smpp.connect({ url: `smpp://${host}:${port}` });
  session.on('error', exports.fail);
  session[bind]({ system_id: systemId, password }, (response) => {
    if (response.command_status !== 0) exports.fail(`bind refused with ${response.command_status}`);
    bound(session);
  });
  return others;
};

exports.leave = (session) => session.unbind(() => session.close(() => process.exit(0)));

exports.isReceipt = (pdu) => (pdu.esm_class & 0x3c) === RECEIPT;

// The id that a receipt of a delivered message names.
exports.deliveredId = (pdu) => {
  const text = pdu.short_message.message.toString();
  if (!exports.isReceipt(pdu) || !/stat:DELIVRD/.test(text)) exports.fail(`not delivered: ${text}`);
  return /id:(\S+)/.exec(text)[1];
};
