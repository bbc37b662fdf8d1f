// The npm package smpp as a receiver of inbound messages.
//
// inbound.js HOST PORT SYSTEM_ID PASSWORD COUNT prints `heard` and each message as JSON, answers it,
// and ends with 0 after so many; receipts are answered and not counted.
'use strict';

const { bind, isReceipt, leave } = require('./session.js');
const { readable } = require('./readable.js');

let left = 0;

const [count] = bind('bind_receiver', (session) => {
  session.on('deliver_sm', (pdu) => {
    if (!isReceipt(pdu)) {
      console.log('heard', readable(pdu));
      left -= 1;
    }
    session.send(pdu.response(), () => {
      if (left !== 0) return;
      // Of several responses under way, the first to be written leaves.
      left = -1;
      leave(session);
    });
  });
});
left = Number(count);
