//! What the shop of the demo writes; `{}` stands for the number of an order.

/// Letters of the GSM alphabet that are the same in ASCII.
pub(super) const TEXTS: [&str; 6] = [
    "Thank you for your order {}. We write again when it leaves.",
    "Your order {} has left our warehouse.",
    "Your order {} arrives today between 9 and 11.",
    "We are sorry: order {} is late. It arrives tomorrow.",
    "Order {} is ready. Please bring this message with you.",
    "How was order {}? Answer with a number from 1 to 5.",
];
